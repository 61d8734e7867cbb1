"""What is wrong with an upload, in the reader's language and with what to do; codes as in scoring/exchange/words.py."""

from scoring.exchange.words import Phrase, Problem
from service.pages.language import Words

# English here, Finnish in locale/fi.po.
WRONG = {
    "not_this": "%(value)s does not fit here.",
    "empty": "There is nothing here.",
    "long": "This has %(length)s characters, too many.",
    "nul": "Letters in %(value)s cannot be read.",
    "same_person": "This is the person of %(other)s too.",
    "before": "This lies before %(other)s.",
    "off_scale": "This is off the scale of %(aspect)s.",
    "value_missing": "There is an aspect, but no value.",
    "aspect_missing": "There is a value, but no aspect.",
    "clashes": "Line %(line)s says something else of the same.",
    "not_in": "%(value)s is not in %(file)s, neither in the upload nor here.",
    "fields": "Cells in this line: %(count)s.",
    "quote": "A quotation mark stands in a wrong place: %(value)s.",
    "quotes": "A quotation mark stands in a wrong place: %(value)s. From here on the file was not read.",
    "unreadable": "The file cannot be read.",
    "no_header": "The first line is empty, or the whole file is.",
    "unknown_column": "There is no column of that name.",
    "column_twice": "This column stands there twice.",
    "column_missing": "This column is missing, and needed.",
    "no_folder": "The upload cannot be opened.",
    "unknown_file": "There is no file of that name here.",
    "also_as": "This file is there a second time, as %(file)s.",
    "no_people": "The file of people is missing.",
    "manifest": "The file cannot be understood.",
    "zone": "%(value)s is no time zone.",
    "differs": "%(row)s is here already with something else in %(columns)s, and this file cannot correct that.",
    "last_administrator": "The last administrator would leave.",
    "upload_empty": "There is nothing in the upload.",
    "no_zip": "This is no zip, although it is called one.",
    "damaged": "The zip is damaged, or was not copied to its end.",
    "spreadsheet": "This is a spreadsheet or a document, not a zip of CSV files.",
    "entries": "There are %(count)s files in the zip.",
    "several_folders": "The files lie in several folders of the zip.",
    "file_twice": "The zip holds a file twice.",
    "too_large": "Unpacked, the zip is larger than %(most)s MB.",
    "leads_out": "The file lies in folders within folders, or outside of the zip.",
    "link": "This is a link or a device, no file.",
    "encrypted": "The zip has a password.",
    "confidential": "What is in this file was said in confidence.",
    "no_place": "This file has no place in the upload.",
    "refused": "It was refused: %(why)s.",
    "keeps": "The file says %(other)s; your organization keeps %(mine)s.",
}
EXPECTED = {
    "id_of": "Write an id that stands in %(file)s.",
    "id": "Write an id of 1 to %(most)s characters.",
    "text": "Write 1 to %(most)s characters.",
    "choice": "Write one of: %(choices)s.",
    "time": "Write the moment with its distance from UTC, such as 2026-03-01T09:00:00+02:00.",
    "flag": "Write 0 for no or 1 for yes.",
    "integer": "Write a whole number from %(low)s to %(high)s.",
    "number": "Write a number from %(low)s to %(high)s, with a point before the decimals.",
    "decimal": "Write an amount such as 1500 or 1500.25: digits, and a point before the decimals.",
    "plain": "Save the file as UTF-8; in Excel that is “CSV UTF-8”.",
    "years": "Write a moment from %(first)s to %(last)s.",
    "other_person": "Name another person.",
    "not_before": "Write a moment that is not before %(other)s.",
    "beside_aspect": "Write the value too, or leave both out.",
    "beside_value": "Write the aspect too, or leave both out.",
    "one_row": "Keep one line for each %(key)s.",
    "as_header": "Write %(count)s, as many as in the first line.",
    "quoted": 'Put the whole cell into quotation marks and double those inside it ("").',
    "format": "Open it where it was made and save it as %(name)s again.",
    "all_columns": "Write the names of the columns there: %(columns)s.",
    "some_columns": "Rename or remove the column; known are: %(columns)s.",
    "column_once": "Remove one of the two.",
    "folder": "Upload it again.",
    "some_files": "Rename or remove the file; known are: %(files)s.",
    "one_of_them": "Remove one of them.",
    "people": "Add it, with the columns person and name.",
    "manifest_file": "Remove it, or write it like this: %(example)s",
    "manifest_like": "Remove it, or write it like this: %(example)s",
    "this_format": "Write %(name)s, or remove the file.",
    "known_zone": "Write a name such as Europe/Helsinki, or remove the file.",
    "currency": "Write three capital letters such as EUR, or remove the file.",
    "same": "Write what is here already, or remove the line.",
    "same_or_correct": "Write what is here already, or remove the line.",
    "one_who_stays": "Give the role to somebody else first.",
    "zip": "Pack the CSV files into a zip anew, or upload the CSV files as they are.",
    "at_most": "Pack at most %(most)s.",
    "one_folder": "Put all of them side by side.",
    "each_once": "Pack each file once.",
    "less": "Upload a part at a time.",
    "file_name": "Pack the files themselves, not the folder around them.",
    "file": "Pack the file itself.",
    "no_password": "Pack it again without one.",
    "by_the_shell": "Leave the file out; only whoever runs Talkoot can bring it, in the shell.",
}
DOING = {
    "reading what is there": "Reading what is there",
    "reading": "Reading what was uploaded",
    "committing": "Finishing",
}
BOUNDS = {"low", "high"}  # whole numbers, in a terminal perhaps with an exponent
NO_COLUMNS = {"(row)", "(header)"}  # where all of a line is meant


def place(problem: Problem, words: Words) -> str:
    """Say where it is; nothing where it is no file of them."""
    column = "" if problem.column in NO_COLUMNS else problem.column
    given = {"file": problem.file, "line": problem.line, "column": column}
    if problem.line and column:
        return words.say("%(file)s, line %(line)s, column %(column)s") % given
    if problem.line:
        return words.say("%(file)s, line %(line)s") % given
    return problem.file


def told(problem: Problem, words: Words) -> str:
    """Say what is wrong, and what to do."""
    expected = _filled(EXPECTED, problem.expected, words) if problem.expected else ""
    return f"{_filled(WRONG, problem.wrong, words)} {expected}".strip()


def _filled(texts: dict[str, str], said: Phrase, words: Words) -> str:
    values = {name: f"{float(value):.0f}" if name in BOUNDS else value for name, value in said.values.items()}
    return words.say(texts[said.code]) % values
