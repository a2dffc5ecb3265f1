"""Every channel keeps the same promises, each against a real other side."""

from collections.abc import AsyncIterator

import pytest

from services.alert.channels.contract import ANSWER_BYTES, OutcomeKind
from services.alert.channels.registry import CHANNELS
from tests.alert.channels.sample import NASTY, message, nasty_alert
from tests.alert.channels.scenes import SCENES, Scene


@pytest.fixture(params=sorted(SCENES))
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    """Each channel in turn."""
    async with SCENES[request.param]() as made:
        yield made


def test_every_channel_is_held_to_the_suite() -> None:
    """A channel in the registry has a scene, so that a new one cannot miss the suite."""
    assert set(SCENES) == set(CHANNELS)


async def test_a_message_that_is_taken_is_delivered_once(scene: Scene) -> None:
    """Taken means delivered: one message there, no error, a latency."""
    outcome = await scene.channel.send(message(), scene.destination)
    assert outcome.kind is OutcomeKind.DELIVERED
    assert outcome.error is None
    assert outcome.latency_ms >= 0
    assert not outcome.disable
    assert len(scene.received()) == 1


async def test_what_arrives_tells_what_happened_and_where_to_read_on(scene: Scene) -> None:
    """The headline, the severity and the way to the measure's page arrive on every channel."""
    await scene.channel.send(message(), scene.destination)
    [arrived] = scene.received()
    told = arrived.decode("utf-8", "replace").replace("=\r\n", "").replace("\r\n ", " ")
    assert "China adopts export controls on gallium and germanium" in told
    assert "high" in told
    assert "https://chokepoint.example/measures/mea_0123456789abcdef0123456789" in told


async def test_a_refusal_for_now_is_tried_again(scene: Scene) -> None:
    """What may pass is a retry, with one line that says what was the matter."""
    scene.refuse_for_now()
    outcome = await scene.channel.send(message(), scene.destination)
    assert outcome.kind is OutcomeKind.RETRY
    assert outcome.error
    assert "\n" not in outcome.error


async def test_a_refusal_for_good_is_permanent(scene: Scene) -> None:
    """What will never be taken is permanent, with the other side's code and words on record."""
    if scene.refuse_for_good is None:
        pytest.skip("nothing refuses a line for good")
    scene.refuse_for_good()
    outcome = await scene.channel.send(message(), scene.destination)
    assert outcome.kind is OutcomeKind.PERMANENT
    assert outcome.status_code is not None
    assert outcome.error
    assert len(outcome.answer) <= ANSWER_BYTES


async def test_silence_after_sending_is_unknown(scene: Scene) -> None:
    """A time-out after the message was sent is not a failure: it may have arrived."""
    if scene.fall_silent is None:
        pytest.skip("a line does not answer")
    scene.fall_silent()
    outcome = await scene.channel.send(message(), scene.destination)
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert outcome.error
    assert "no answer within" in outcome.error


async def test_nobody_there_is_tried_again(scene: Scene) -> None:
    """A refused connection is a retry: nothing has been sent."""
    if scene.go_away is None:
        pytest.skip("a line goes nowhere")
    await scene.go_away()
    outcome = await scene.channel.send(message(), scene.destination)
    assert outcome.kind is OutcomeKind.RETRY
    assert outcome.error


@pytest.mark.parametrize("text", NASTY, ids=lambda text: repr(text[:16]))
async def test_no_text_from_an_article_breaks_a_message(scene: Scene, text: str) -> None:
    """Whatever an article says, the message is well-formed and delivered."""
    outcome = await scene.channel.send(message(nasty_alert(text)), scene.destination)
    assert outcome.kind is OutcomeKind.DELIVERED, outcome.error
    assert len(scene.received()) == 1
