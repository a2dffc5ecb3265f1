"""The reader: one article in, what it reports out. The stages in their order, each a file of its own."""

import gc
from dataclasses import dataclass

from schemas.article import Article
from schemas.detection import Detection
from services.classify import candidates, clauses, detections, document, roles, segments, sentences
from services.classify.document import Judgement
from services.classify.frame import Frame, boilerplate
from services.classify.gate import gates
from services.classify.languages.entries import forget_parsed
from services.classify.languages.lexicon import lexicon
from services.classify.languages.load import languages
from services.classify.normalise import Folded
from services.classify.segments import Story
from services.classify.weights import Weights, weights
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
    return study_with(article, weights())


def study_with(article: Article, judge: Weights) -> Reading:
    """Read an article with these weights."""
    laid_out = segments.lay_out(article)
    scenes = scenes_of(laid_out)
    if scenes is None:
        return Reading(laid_out, unsupported=_foreign(article))
    judged = [(story, one) for story, scene in scenes for one in judge_scene(scene, judge)]
    unsupported = None if any(story.main for story, _ in scenes) else _foreign(article)
    return Reading(laid_out, tuple(_settled(judged)), unsupported)


def scenes_of(laid_out: segments.Page) -> list[tuple[Story, candidates.Scene]] | None:
    """Return the stories of a page that are in a language we read, searched; None where the gate stays shut."""
    folded = Folded(laid_out.whole)
    openers = gates().openers(folded, laid_out.article.language)
    if not openers:
        return None
    frame = boilerplate().frame(folded)
    known = frozenset(languages())
    stories = segments.cut(laid_out, frame, openers, known)
    return [(story, _scene(story, frame)) for story in stories if story.language in known]


def _scene(story: Story, frame: Frame) -> candidates.Scene:
    words = lexicon(story.language or "en")
    worth_reading = sentences.worth_reading(sentences.cut(story, frame), story.openers)
    grammar = roles.Grammar(words.stretch, words.file.adjective)
    return candidates.Scene(tuple(sentences.marked(worth_reading, story.text, words)), story.main, grammar, story.text)


def judge_scene(scene: candidates.Scene, judge: Weights) -> list[Judgement]:
    """Return what one story may report."""
    named = clauses.clauses(list(scene.sentences), scene.grammar.stretch)
    return [document.judge(one, judge) for one in candidates.candidates(named, scene, judge)]


def warm_up() -> None:
    """Compile every lexicon now, so that the first article does not wait for it.

    Millions of small objects that stay: collecting garbage among them while they are made doubles the time, and going
    through them again and again slows every article that is read later.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        gates()
        boilerplate()
        for code in languages():
            lexicon(code)
        forget_parsed()
    finally:
        if collecting:
            gc.enable()
    gc.freeze()


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
