"""What builds the site: three stages, each a function from files to files.

generate   data and model to Markdown      (`guide.generate`)
build      Markdown to HTML                (MkDocs or Zensical, from the same mkdocs.yml)
finish     site to site                    (`guide.finish`: runtime, runner, policy, links to claims)
"""
