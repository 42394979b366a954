"""Pages on networks of the field show the specs that are shipped."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHOWN = {
    "yolov4": ["yolov4", "csp_fractal"],
    "more": ["stochastic_depth", "shake_shake", "crescendonet", "unet_valid", "googlenet", "se_resnet50"],
}


@pytest.mark.parametrize("page", SHOWN)
def test_the_specs_of_a_page_are_the_files(page):
    text = (ROOT / "docs" / "field" / f"{page}.md").read_text()
    for name in SHOWN[page]:
        assert f"```yaml\n{(ROOT / 'search_spaces' / 'field' / f'{name}.yaml').read_text()}```" in text
