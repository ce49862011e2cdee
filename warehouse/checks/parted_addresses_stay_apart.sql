-- An address is an article's from which it was split by hand.
select url_key, article_id
from ops.url_aliases
semi join ops.separations using (url_key, article_id);
