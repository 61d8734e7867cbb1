-- Words of a customer with the name of who said them, where they allowed it in their survey.

create function signed_by(of_response text) returns text
    language sql stable
    begin atomic
        select c.name
        from survey as s
        join contact as c on c.id = s.contact_id
        where s.response = of_response and s.show_name
        limit 1;
    end;

comment on function signed_by(text) is 'Who gave this answer, if their words may be shown with their name; else null.';
