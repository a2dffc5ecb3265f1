"""The service is put together without connecting to anything."""

from services.classify.app import GROUP, create_app
from services.runtime.settings import load_settings


def test_the_app_is_made_without_a_broker() -> None:
    """Making the app reads no language and connects to nothing; its AsyncAPI names both topics and the group."""
    app = create_app(load_settings({}))
    document = str(app.state.service.asyncapi().to_specification().to_jsonable())
    assert "chokepoint.articles.v1" in document
    assert "chokepoint.detections.v1" in document
    assert GROUP == "chokepoint-classify"
