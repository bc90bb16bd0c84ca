"""Card, overlay and pages, shipped as plain files. They know only the wire contract."""
