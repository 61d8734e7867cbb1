-- One takes along the words that one was shown at the close of rounds (0017), instead of guessing which those were.

grant select on feedback_comment to talkoot_subject;

create or replace view comments_about_me as
select c.receiver_id as person_id, c.comment
from feedback_comment as c
where c.receiver_id = nullif(current_setting('app.data_of', true), '')::uuid and not c.withdrawn;
