"""What is compiled as the service starts, so that nobody waits for it."""

import threading

from service.pages import page
from service.pages.language import LANGUAGES
from service.pages.page import templates
from service.pages.warm import warm, warming


async def test_after_warming_every_template_of_every_language_is_there():
    async with warming() as task:
        await task
    for language in LANGUAGES:
        environment = templates(language)
        assert len(environment.cache) == len(environment.list_templates())


def test_a_template_is_compiled_once_for_all_languages_and_speaks_each(monkeypatch):
    environments = {}
    with monkeypatch.context() as patch:
        patch.setattr(page, "COMPILED", page._Compiled())
        for language in LANGUAGES:
            environments[language] = templates.__wrapped__(language)
            template = environments[language].get_template("contact_closed.html")
            environments[language] = (template.root_render_func.__code__, environments[language])
    codes = {code for code, _ in environments.values()}
    assert len(codes) == 1
    said = {language: one.globals["gettext"] for language, (_, one) in environments.items()}
    assert len(set(said.values())) == len(LANGUAGES)


def test_a_service_that_stops_does_not_wait_for_it():
    stop = threading.Event()
    stop.set()
    templates.cache_clear()
    warm(stop)
    assert len(templates("en").cache) == 0
