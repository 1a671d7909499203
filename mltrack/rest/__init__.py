"""HTTP for the API, without a domain: bodies, problems, fields, queries, pages, ETags. Named by HTTP's nouns."""
