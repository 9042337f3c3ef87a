"""GraphiQL, the page on which people ask questions, without the internet.

page             the page, and the files that it asks for, all of them from here
page.html        what a browser gets at /graphql
page.js          what starts GraphiQL in it; page.css, what surrounds it
package.json     GraphiQL and what it is made with, locked; `make install` fetches it from npm
installed/       what was fetched; in no repository
"""
