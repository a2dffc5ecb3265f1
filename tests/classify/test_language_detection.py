"""The language of a text is told by its script or by a bundled model."""

import pytest

from services.runtime.language import detect_language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The government announced new rules for exporters on Monday.", "en"),
        ("政府は輸出規制を強化すると発表した", "ja"),
        ("商务部宣布对相关物项实施管制", "zh"),
        ("정부는 수출 통제를 발표했다", "ko"),
        ("دولت صادرات گندم را ممنوع کرد و گفت که این تصمیم موقت است", "fa"),
        ("أعلنت الحكومة حظر تصدير القمح", "ar"),
        ("सरकार ने चावल के निर्यात पर रोक लगा दी है", "hi"),
        ("Chính phủ công bố lệnh cấm xuất khẩu gạo", "vi"),
        ("Уряд заборонив експорт пшениці", "uk"),
        ("Pemerintah melarang ekspor minyak sawit mulai pekan depan", "id"),
    ],
)
def test_the_language_is_told(text: str, code: str) -> None:
    """Each language is recognised from one sentence."""
    assert detect_language(text) == code


@pytest.mark.parametrize("text", ["", "7", "😀😀😀", "1234 5678", "\ud800"])
def test_no_letters_no_language(text: str) -> None:
    """Where nothing can be told, nothing is claimed."""
    assert detect_language(text) is None
