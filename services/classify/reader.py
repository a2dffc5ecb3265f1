"""The reader: one article in, what it reports out. The stages in their order, each a file of its own."""

from dataclasses import dataclass

from schemas.article import Article
from schemas.detection import Detection
from services.classify import candidates, clauses, detections, document, roles, segments, sentences
from services.classify.document import Judgement
from services.classify.frame import Frame, boilerplate
from services.classify.gate import gate
from services.classify.languages.lexicon import lexicon
from services.classify.languages.load import languages
from services.classify.normalise import Folded
from services.classify.segments import Story
from services.classify.weights import weights
from services.runtime.language import detect_language


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in one article."""

    page: segments.Page
    judged: tuple[tuple[Story, Judgement], ...] = ()
    unsupported: str | None = None
    """The article's language when it is none that we read; `und` where it could not be told."""

    @property
    def detections(self) -> list[Detection]:
        """What the article reports."""
        return detections.detections(self.page, list(self.judged))


def read(article: Article) -> list[Detection]:
    """Return what this article reports as news: pure, deterministic, never raises for any text."""
    return study(article).detections


def explain(article: Article) -> list[tuple[Story, Judgement]]:
    """Return everything the article might report, what spoke for and against it, also what was turned down."""
    return list(study(article).judged)


def study(article: Article) -> Reading:
    """Read an article stage by stage."""
    laid_out = segments.lay_out(article)
    folded = Folded(laid_out.whole)
    if not gate().opens(folded.text):
        return Reading(laid_out, unsupported=_foreign(article))
    known = frozenset(languages())
    frame = boilerplate().frame(folded)
    openers = sorted({folded.original_span(start, end)[0] for _, start, end in gate().openers(folded.text)})
    stories = segments.cut(laid_out, frame, openers, known)
    judged = [
        (story, judgement) for story in stories if story.language in known for judgement in judge_story(story, frame)
    ]
    unsupported = None if any(story.language in known for story in stories if story.main) else _foreign(article)
    return Reading(laid_out, tuple(_settled(judged)), unsupported)


def warm_up() -> None:
    """Compile every lexicon now, so that the first article does not wait for it."""
    gate()
    boilerplate()
    for code in languages():
        lexicon(code)


def judge_story(story: Story, frame: Frame) -> list[Judgement]:
    """Return what one story may report, read with the lexicon of its language."""
    words = lexicon(story.language or "en")
    worth_reading = sentences.worth_reading(sentences.cut(story, frame), story.openers)
    cut = sentences.marked(worth_reading, story.text, words)
    named = clauses.clauses(cut, words.stretch)
    grammar = roles.Grammar(words.stretch, words.file.adjective)
    scene = candidates.Scene(tuple(cut), story.main, grammar, story.text)
    return [document.judge(one, weights()) for one in candidates.candidates(named, scene, weights())]


def _settled(judged: list[tuple[Story, Judgement]]) -> list[tuple[Story, Judgement]]:
    home = {id(judgement.candidate): story for story, judgement in judged}
    return [(home[id(one.candidate)], one) for one in document.settle([judgement for _, judgement in judged])]


def _foreign(article: Article) -> str | None:
    """Return the language of an article when it is none that we read. The declared one saves a look at the text."""
    known = frozenset(languages())
    if article.language in known:
        return None
    language = article.language or detect_language(f"{article.title}\n{article.text[:1000]}", known) or "und"
    return None if language in known else language
