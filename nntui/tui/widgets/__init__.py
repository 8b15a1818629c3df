"""Drawing widgets: they keep the last lines and send only the ones that changed."""
