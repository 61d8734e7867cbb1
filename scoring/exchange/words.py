"""What may be wrong with a folder, and what was expected instead: a code, what is filled in, and the terminal's words.

The pages say the same in their reader's language, by the same codes.
"""

import msgspec

LONGEST_QUOTE = 60  # characters of a bad value that a message repeats

WRONG = {
    "not_this": "is {value}",
    "empty": "is empty",
    "long": "is {length} characters long",
    "nul": "holds NUL or bytes that are not UTF-8: {value}",
    "same_person": "is the {other} too",
    "before": "lies before `{other}`",
    "off_scale": "is off the scale of {aspect}",
    "value_missing": "is empty",
    "aspect_missing": "is empty",
    "clashes": "is on line {line} already with other content",
    "not_in": "{value} is not in {file}",
    "fields": "has {count} fields",
    "quote": "a quote stands wrong in {value}",
    "quotes": "a quote stands wrong in {value}; the rest of the file was not read",
    "unreadable": "cannot be read ({why})",
    "no_header": "is empty",
    "unknown_column": "unknown column",
    "column_twice": "stands there twice",
    "column_missing": "required column is missing",
    "no_folder": "{why}",
    "unknown_file": "unknown file",
    "also_as": "is there as {file} too",
    "no_people": "missing from {folder}",
    "manifest": "{why}",
    "zone": "{value} is not a known time zone",
    "differs": "{row}: {columns} differs from what is stored",
    "last_administrator": "the last administrator leaves",
    "upload_empty": "the upload is empty",
    "no_zip": "the upload is no zip that can be read ({why})",
    "damaged": "the upload is no zip that can be read: it is damaged ({why})",
    "spreadsheet": "the upload is a spreadsheet or a document",
    "entries": "the zip has {count} entries",
    "several_folders": "the zip has files in several folders",
    "file_twice": "the zip has a file twice",
    "too_large": "the zip unpacks to more than {most} MB",
    "leads_out": "leads out of the folder",
    "link": "is a link or a device",
    "encrypted": "is encrypted",
    "confidential": "is confidential",
    "no_place": "has no place here",
    "refused": "{why}",
    "keeps": "the folder says {other}; the organization keeps {mine}",  # a note rather than a fault
}
EXPECTED = {
    "id_of": "an id of {file}",
    "id": "an id of 1 to {most} characters",
    "text": "text of 1 to {most} characters",
    "choice": "one of {choices}",
    "time": "an ISO 8601 time with offset, for instance 2026-03-01T09:00:00+02:00",
    "flag": "0 or 1",
    "integer": "a whole number from {low} to {high}",
    "number": "a number from {low} to {high}",
    "decimal": "a decimal number from {low} to {high}",
    "plain": "plain UTF-8 text",
    "years": "a time from {first} to {last}",
    "other_person": "another person",
    "not_before": "a time not before `{other}`",
    "beside_aspect": "a value beside an aspect",
    "beside_value": "an aspect beside a value",
    "one_row": "one row for each {key}",
    "as_header": "{count} as in the header",
    "quoted": 'quotes around a whole field, and doubled inside it ("")',
    "format": "{name}",
    "all_columns": "{columns}",
    "some_columns": "some of {columns}",
    "column_once": "each column once",
    "folder": "an exchange folder",
    "some_files": "some of {files}",
    "one_of_them": "one of them",
    "people": "a file of person and name",
    "manifest_file": "a file such as {example}",
    "manifest_like": "something such as {example}",
    "this_format": '"{name}"',
    "known_zone": "an IANA name such as Europe/Helsinki",
    "currency": "three capital letters such as EUR",
    "same": "the same content",
    "same_or_correct": "the same content, or --correct",
    "one_who_stays": "one who stays; grant the role to somebody else first",
    "zip": "a zip or CSV files",
    "at_most": "at most {most}",
    "one_folder": "all of them in one",
    "each_once": "each once",
    "less": "less",
    "file_name": "a file name",
    "file": "a file",
    "no_password": "no password",
    "by_the_shell": "by the operator's shell only (`talkoot import`)",
}


class Phrase(msgspec.Struct, frozen=True):
    """One of the texts above, and what is filled in."""

    code: str
    values: dict[str, str] = {}


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong; in a terminal `file:line: column: what is wrong, expected what`."""

    wrong: Phrase
    expected: Phrase | None = None
    file: str = ""  # empty where it is none of the files
    line: int = 0  # 0 where it is the whole file
    column: str = ""

    def __str__(self) -> str:
        line = f":{self.line}" if self.line else ""
        place = f"{self.file}{line}: " if self.file else ""
        column = f"{self.column}: " if self.column else ""
        expected = f", expected {_filled(EXPECTED, self.expected)}" if self.expected else ""
        return f"{place}{column}{_filled(WRONG, self.wrong)}{expected}"


def phrase(code: str, **values: object) -> Phrase:
    """Return the words of `code` with what is filled in."""
    return Phrase(code, {name: str(value) for name, value in values.items()})


def quoted(value: object) -> str:
    """Repeat a bad value so that it is safe and short on a terminal."""
    text = str(value)
    return repr(text) if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]!r}… ({len(text)} characters)"


def _filled(texts: dict[str, str], said: Phrase) -> str:
    return texts[said.code].format(**said.values)
