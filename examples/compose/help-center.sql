-- The stand-in's address is its tokens' origin.  Its keys come by themselves, once
-- it answers.
ALTER ROLE shop_api PASSWORD 'for-development';
SELECT hcjwt.add_help_center('acme', 'http://127.0.0.1:8443');
