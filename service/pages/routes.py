"""The addresses of all pages."""

from litestar import Router

from service.pages import boards, consent, contests, home, people, rights, sign_in, static, thanks
from service.pages.page import VIEW

# Read by people, not by programs, so the API's description leaves them out.
router = Router(
    "/",
    route_handlers=[
        sign_in.show_sign_in,
        sign_in.sign_in,
        sign_in.sign_out,
        sign_in.choose_language,
        home.show_home,
        consent.show_joining,
        consent.join,
        consent.show_choices,
        consent.change_choices,
        consent.correct_myself,
        boards.show_boards,
        boards.show_board,
        people.show_person,
        rights.show_looks,
        contests.show_contests,
        contests.show_form,
        contests.send_contest,
        contests.show_contest,
        contests.decide_contest,
        rights.download_my_data,
        thanks.suggest_people,
        thanks.show_thanks,
        thanks.send_thanks,
        thanks.take_back,
        thanks.hide_thanks,
        thanks.show_thanks_again,
        static.get_file,
    ],
    dependencies={"view": VIEW},
    include_in_schema=False,
)
