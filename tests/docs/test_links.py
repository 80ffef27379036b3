"""Links of pages that move to the site, or that lead off it."""

import pytest

from docs.site.links import from_the_root, within_the_site


@pytest.mark.parametrize(
    ("link", "moved"),
    [
        ("[docs/api.md](docs/api.md#errors)", "[api.md](api.md#errors)"),
        ("![A chart](docs/page.png)", "![A chart](page.png)"),
        ("[why](docs/adr)", "[why](adr/index.md)"),
        ("[日本語](README.ja.md)", "[日本語](ja.md)"),
        ("[card](models/card.md)", "[card](../models/card.md)"),
        ("[there](https://example.org/docs/x.md)", "[there](https://example.org/docs/x.md)"),
        ("[below](#docker)", "[below](#docker)"),
    ],
)
def test_a_page_of_the_root_links_as_from_docs(link: str, moved: str) -> None:
    assert from_the_root(link) == moved


@pytest.mark.parametrize(
    ("page", "link", "left"),
    [
        ("index.md", "[card](../models/card.md)", "card (`models/card.md`)"),
        ("index.md", "[`models/card.md`](../models/card.md)", "`models/card.md`"),
        ("adr/0001-x.md", "[card](../../models/card.md#data)", "card (`models/card.md`)"),
        ("adr/0001-x.md", "[start](../../README.md#start)", "[start](../index.md#start)"),
        ("adr/0001-x.md", "[the API](../api.md)", "[the API](../api.md)"),
        ("api.md", "[nowhere](nowhere.md)", "[nowhere](nowhere.md)"),
    ],
)
def test_a_file_that_is_not_on_the_site_is_named_in_text(page: str, link: str, left: str) -> None:
    assert within_the_site(link, page, {"index.md", "api.md"}) == left
