"""The product as people meet it: a real browser, a real web server, a real worker."""
