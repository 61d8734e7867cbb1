"""The addresses of all pages."""

from litestar import Router

from service.pages import boards, feedback, home, people, rounds, sign_in, static, survey, thanks
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
        boards.show_boards,
        boards.show_board,
        people.show_person,
        thanks.suggest_people,
        thanks.show_thanks,
        thanks.send_thanks,
        thanks.take_back,
        survey.show_survey,
        survey.send_survey,
        feedback.show_feedback,
        feedback.show_ask,
        feedback.send_answer,
        feedback.decline_ask,
        feedback.take_back,
        feedback.send_note,
        feedback.hide_note,
        rounds.show_rounds,
        rounds.open_round,
        rounds.close_round,
        rounds.remind_of_round,
        static.get_file,
    ],
    dependencies={"view": VIEW},
    include_in_schema=False,
)
