"""Pages: the workplace in a browser, one folder per place with its page models, routes and templates."""
