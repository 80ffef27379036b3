"""Files in the page: dropped or chosen, read by the names of their columns."""

import pytest
from playwright.sync_api import expect

from tests.integration.page.actions import CSV, predict
from tests.support.page import MISSING, Visit
from tests.support.real_server import Server

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"needs {' and '.join(MISSING)}")


def test_a_csv_is_dropped_its_column_chosen_by_name_and_its_window_moved(visit: Visit, server: Server) -> None:
    visit.open("tiny")
    visit.by("CSV file").check()
    visit.page.locator("#file").set_input_files({"name": "load.csv", "mimeType": "text/csv", "buffer": CSV.encode()})
    expect(visit.page.locator("#file-hint")).to_have_text("load.csv: 60 rows. Only the window is sent.")
    expect(visit.by("Column")).to_have_value("load")
    expect(visit.by("Column of times")).to_have_value("when")
    visit.by("Horizon, as a number").fill("3")
    values = [float(line.split(",")[2]) for line in CSV.splitlines()[1:]]
    rows = visit.csv()
    assert rows[-1]["time"] == "2024-03-03 14:30"
    assert visit.forecast() == pytest.approx(predict(server, model="tiny", window=values, horizon=3))
    visit.page.locator("#end-row").focus()
    visit.page.keyboard.press("ArrowLeft")
    visit.page.keyboard.press("ArrowLeft")
    expect(visit.page.locator("#end-row-value")).to_have_text("58 of 60")
    expect(visit.page.locator("#legend")).to_contain_text("what came")
    assert visit.forecast() == pytest.approx(predict(server, model="tiny", window=values[:58], horizon=3))
    assert [row["value"] for row in visit.csv()[-3:]] == ["12", "13", ""]
    visit.by("Column").select_option("other")
    expect(visit.page.locator("#window-error")).to_contain_text('other is "x", which is no number')


def test_of_a_file_of_many_series_one_is_taken(visit: Visit) -> None:
    visit.open("tiny")
    visit.by("CSV file").check()
    rows = [f"{name},2024-01-{day:02},{day + shift}\n" for name, shift in (("a", 0), ("b", 100)) for day in range(1, 9)]
    text = "id,at,value\n" + "".join(rows)
    visit.page.locator("#file").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": text.encode()})
    expect(visit.by("Column that tells series apart")).to_have_value("id")
    visit.by("Series").select_option("b")
    expect(visit.page.locator("#end-row-value")).to_have_text("8 of 8")
    rows_drawn = visit.csv()
    assert [row["value"] for row in rows_drawn[:8]] == [str(100 + day) for day in range(1, 9)]
    assert rows_drawn[8]["time"] == "2024-01-09 00:00"


def test_a_file_that_is_dropped_on_the_page_is_read(visit: Visit) -> None:
    visit.open("tiny")
    data = visit.page.evaluate_handle(
        """(text) => {
            const data = new DataTransfer();
            data.items.add(new File([text], "a.csv", { type: "text/csv" }));
            return data;
        }""",
        "a;b\n1,5;x\n2,5;x\n3,5;x\n4,5;x\n",
    )
    visit.page.dispatch_event("#drop", "drop", {"dataTransfer": data})
    expect(visit.by("CSV file")).to_be_checked()
    expect(visit.by("Column")).to_have_value("a")
    assert [row["value"] for row in visit.csv()][:4] == ["1.5", "2.5", "3.5", "4.5"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n", "the file has no rows"),
        ("1,2\n3,4\n", "put a line above that names the columns"),
        ("a,b\n1,2\n3\n", "row 2 of the file has 1 columns, but its first line names 2"),
        ("a\n1\n\n2\n", "there are 2 values, but this model looks back on 4"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(visit: Visit, text: str, said: str) -> None:
    visit.open("tiny")
    visit.by("CSV file").check()
    expect(visit.page.locator("#window-error")).to_have_text("choose a CSV file")
    visit.page.locator("#file").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": text.encode()})
    expect(visit.page.locator("#window-error")).to_contain_text(said)
