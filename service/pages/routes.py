"""The addresses of all pages."""

from litestar import Router

from service.pages import boards, home, keys, people, sign_in, static, survey, thanks, ways_in
from service.pages.page import VIEW

# Read by people, not by programs, so the API's description leaves them out.
router = Router(
    "/",
    route_handlers=[
        sign_in.show_sign_in,
        sign_in.sign_in,
        sign_in.sign_out,
        sign_in.choose_language,
        ways_in.start,
        ways_in.come_back,
        ways_in.show_link,
        ways_in.use_link,
        keys.show_sessions,
        keys.sign_out_everywhere,
        keys.show_tokens,
        keys.make_token,
        keys.end_token,
        home.show_home,
        boards.show_boards,
        boards.show_board,
        people.show_person,
        thanks.suggest_people,
        thanks.show_thanks,
        thanks.send_thanks,
        thanks.take_back,
        survey.show_survey,
        survey.send_survey,
        static.get_file,
    ],
    dependencies={"view": VIEW},
    include_in_schema=False,
)
