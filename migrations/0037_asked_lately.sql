-- How often a contact may be asked is kept for whoever asks, and for what they were asked before.

create function contact_rests_until(of_contact uuid, about_project uuid, noted boolean) returns timestamptz
    language sql stable
    begin atomic
        select
            case c.rhythm
                when 'quarterly' then interval '90 days'
                when 'yearly' then interval '365 days'
            end + (
                select max(greatest(s.answered_at, s.reminder_tried_at, s.mail_tried_at,
                                    case when noted or s.link_id is not null then s.asked_at end))
                from survey as s
                where s.contact_id = c.id and s.project_id <> about_project)
        from contact as c
        where c.id = of_contact;
    end;

comment on function contact_rests_until(uuid, uuid, boolean) is
    'Until when a contact is not asked about this project, by their own rhythm (rests as in service/surveys/actions.py): '
    'since they were last asked about another or answered; with "noted" also where the asking has not reached them yet.';
