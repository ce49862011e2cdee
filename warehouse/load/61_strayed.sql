-- Articles whose own address leads elsewhere by now: to another article, or to a text that nothing ties to theirs, as
-- after a move to a new site. They are not found there, and what is there instead is none of their versions; where it is
-- an article, a feed will list it.
create or replace temp table strayed_readings as
select r.result_number, r.final_url
from readings as r
join known_addresses as known using (url_key)
join dim_articles as d on d.article_id = known.article_id and d.url_key = r.url_key
left join matches as m using (result_number)
where r.final_key <> r.url_key and m.article_id is distinct from known.article_id;

update stg_page_results as r
set
    outcome = 'not_found',
    reason = 'It leads to ' || s.final_url || ' now, where another text is.',
    failures = 0,
    next_try_at = null
from strayed_readings as s
where r.result_number = s.result_number;

delete from stg_articles
where result_number in (select result_number from strayed_readings);

delete from readings
where result_number in (select result_number from strayed_readings);

delete from reading_addresses
where result_number in (select result_number from strayed_readings);

delete from matches
where result_number in (select result_number from strayed_readings);
