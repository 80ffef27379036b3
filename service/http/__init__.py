"""HTTP itself: the server's protocol, bodies, problem documents, the OpenAPI document."""
