-- What was mailed to whom is kept for a while only: that somebody was reminded tells that they had not answered.

grant delete on letter to talkoot_worker;
