"""Names and words of invented people, customers and projects: nobody real, Finnish and English."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from scoring.simulate.people import Index

GIVEN = (
    "Aino", "Aleksi", "Anni", "Antti", "Eemeli", "Eerika", "Eero", "Elias", "Elina", "Ella", "Emilia", "Hanna",
    "Heikki",
    "Helmi", "Hilla", "Ida", "Iida", "Ilmari", "Inka", "Jaakko", "Joel", "Juho", "Kaisa", "Kerttu", "Lauri", "Leena",
    "Lotta", "Maija", "Marja", "Matias", "Milla", "Mikael", "Niilo", "Noora", "Oona", "Onni", "Otso", "Paavo", "Pihla",
    "Riikka", "Roosa", "Saara", "Saku", "Sanni", "Sini", "Sofia", "Sulo", "Taimi", "Tapio", "Toivo", "Tuulia", "Ukko",
    "Valtteri", "Veera", "Vieno", "Viljami", "Vilma", "Väinö",
)  # fmt: skip
FIRST_HALVES = (
    "Halla", "Hiirenvirna", "Honka", "Humala", "Kaarna", "Kaste", "Kataja", "Kielo", "Kuusi", "Kuura", "Naava",
    "Orvokki",
    "Pihka", "Routa", "Ruska", "Saarni", "Sammal", "Sarastus", "Terva", "Tuomi", "Tuuli", "Tyyni", "Usva", "Utu",
    "Vaahto",
    "Vanamo", "Varpu", "Vesi", "Villa",
)  # fmt: skip
SECOND_HALVES = (
    "harju", "joki", "kallio", "kangas", "korpi", "kuru", "lampi", "laakso", "lahti", "luoto", "metsä", "niitty",
    "notko",
    "poukama", "puro", "ranta", "salmi", "selkä", "suvanto", "vaara", "virta",
)  # fmt: skip
CUSTOMERS = (
    "Haapa", "Hopeapaju", "Jalava", "Kanerva", "Kivikko", "Laine", "Lehto", "Lumme", "Majakka", "Nietos", "Ohra",
    "Pellava",
    "Pyörre", "Raita", "Revontuli", "Ruis", "Sarka", "Siipi", "Sorvi", "Tammi", "Tervapääsky", "Tyrsky", "Vaahtera",
    "Valkama", "Vasara", "Vellamo",
)  # fmt: skip
BUSINESSES = ("Oy", "Group Oy", "Palvelut Oy", "Teollisuus Oy", "Logistics Oy", "Kauppa Oy", "Energia Oy", "Design Oy")
PROJECTS = (
    "Aallokko", "Ahjo", "Aura", "Hiutale", "Horisontti", "Juuri", "Kaari", "Karikko", "Kide", "Koivu", "Kompassi",
    "Kuikka",
    "Köli", "Laituri", "Lokki", "Luotsi", "Lyhty", "Masto", "Meri", "Myrsky", "Oksa", "Piha", "Poiju", "Polku", "Purje",
    "Puu", "Rakka", "Reimari", "Rosvo", "Satama", "Silta", "Sauna", "Solmu", "Sumu", "Talvi", "Tuohi", "Ulappa",
    "Viitta",
)  # fmt: skip
TEAMS = (
    "Karhu", "Kettu", "Ilves", "Hirvi", "Joutsen", "Kurki", "Saukko", "Majava", "Ahma", "Näätä", "Tikka", "Haukka",
    "Hauki",
    "Siika", "Norppa", "Jänis",
)  # fmt: skip
DEPARTMENTS = ("Sales", "Delivery", "Customer care", "Development")
TITLES = (
    ("Account Manager", "Key Account Manager", "Sales Executive", "Solution Seller"),
    ("Consultant", "Software Engineer", "Solution Architect", "Data Analyst", "Service Designer"),
    ("Customer Care Specialist", "Customer Success Partner", "Support Engineer"),
    ("Team Lead", "Practice Lead", "Account Lead"),
    ("Project Coordinator", "Financial Controller", "HR Partner", "Communications Specialist"),
)  # by role
CONTACT_ROLES = ("Buyer", "Head of IT", "Managing Director", "Operations Lead", "Product Owner", "Project Lead")
DOCUMENTS = (
    "Handover guide", "Start checklist", "Architecture in one page", "Lessons learnt", "Offer template", "Test plan",
    "Integration cookbook", "User guide", "Käyttöohje", "Tarjouksen runko", "Muistilista käyttöönottoon",
)  # fmt: skip
BADGES = ("bridge_builder", "calm_in_the_storm", "clear_words", "good_neighbour", "patient_teacher", "quick_rescue")
MEANINGS = (
    ("Collaboration", "Is it good to work with this person: keeps promises, shares, listens?"),
    ("Leading", "Does this person make clear where we go, and make room for others?"),
    ("Documenting", "Can others take up what this person wrote without asking?"),
    ("Problem solving", "Does this person find the cause, and does the fix last?"),
    ("Selling", "Does this person sell what the customer needs and what we can deliver?"),
)  # of the standard criteria

# Thanks: for each criterion, then for nothing named; English, then Finnish.
THANKS = (
    ("Thank you for stepping in when I was stuck.", "Thanks for sharing what you knew, it saved me a day.",
     "It is easy to work beside you.", "You kept your word although the week was full. Thank you!"),
    ("Kiitos, että autoit vaikka oma viikko oli täysi.", "Kiitos kun jaoit tietosi, säästyi päivä.",
     "Kanssasi on helppo tehdä töitä.", "Pidit lupauksesi, kiitos!"),
    ("Thank you for giving everyone room in the meeting.", "You made it clear what comes first. Thanks!",
     "Good that you said no for the team."),
    ("Kiitos selkeästä suunnasta.", "Annoit kaikille tilaa palaverissa, kiitos.", "Hyvä, että pidit tiimin puolia."),
    ("The guide you wrote answered all my questions.", "Your notes are gold, we start from them now.",
     "Thanks for the clear minutes."),
    ("Kirjoittamasi ohje vastasi kaikkeen.", "Muistiinpanosi ovat kultaa!", "Kiitos selkeästä dokumentista."),
    ("You found the real cause before lunch. Thank you!", "Fixed, and it stayed fixed. Thanks.",
     "Thanks for not giving up on that fault."),
    ("Löysit oikean syyn ennen lounasta, kiitos!", "Korjattu kerralla kuntoon. Kiitos!",
     "Kiitos sinnikkyydestä vian kanssa."),
    ("Thank you for telling the customer honestly what we can do.", "A fair offer, and they felt it.",
     "You listened first and sold after. Beautiful."),
    ("Kiitos rehellisestä tarjouksesta.", "Kuuntelit ensin ja myit vasta sitten. Hienoa!",
     "Asiakas tuli kuulluksi, kiitos."),
    ("Thank you!", "Great week together.", "You made my day easier.", "Thanks for the help with the customer.",
     "Thanks for the coffee and the good advice."),
    ("Kiitos!", "Oli hyvä viikko yhdessä.", "Teit päivästäni helpomman.", "Kiitos avusta asiakkaan kanssa.",
     "Kiitos kahvista ja hyvästä neuvosta."),
)  # fmt: skip
# Comments on feedback: low (1-2), middle (3), high (4-5); English, then Finnish.
COMMENTS = (
    ("I often wait for answers.", "Plans change without anyone telling us.",
     "I would like to hear earlier when something slips."),
    ("Vastauksia joutuu odottamaan.", "Suunnitelmat muuttuvat kertomatta.",
     "Toivoisin kuulevani ajoissa, jos jokin viivästyy."),
    ("Goes well when there is time.", "Good work, a little more sharing would help.",
     "All right, I know there was much to do."),
    ("Sujuu kun on aikaa.", "Hyvää työtä, jakaa voisi enemmän.", "Ihan hyvin, kiirettä oli paljon."),
    ("I would work together again any day.", "Clear, calm, and always prepared.", "Taught me a lot in this project."),
    ("Tekisin yhdessä koska vain uudelleen.", "Selkeä, rauhallinen ja aina valmistautunut.",
     "Opin paljon tässä projektissa."),
)  # fmt: skip
# Customers: unhappy, middling, happy; of each about the service, the people, the brand; English, then Finnish.
CUSTOMER_WORDS = (
    ("The service was down twice and nobody warned us.", "Delivery slipped by three weeks."),
    ("Palvelu oli kahdesti poikki eikä kukaan varoittanut.", "Toimitus myöhästyi kolme viikkoa."),
    ("We had to explain the same thing to three people.", "Nobody called back when we asked."),
    ("Selitimme saman asian kolmelle ihmiselle.", "Kukaan ei soittanut takaisin."),
    ("We expected more from this name.", "Your advertisements promise more than we got."),
    ("Tältä nimeltä odotettiin enemmän.", "Mainos lupasi enemmän kuin saimme."),
    ("It works, with some rough edges.", "All right for the price."),
    ("Toimii, pientä hiottavaa on.", "Hintaansa nähden ihan hyvä."),
    ("Friendly people, a bit slow in spring.", "We got what we agreed on."),
    ("Mukavia ihmisiä, keväällä hieman hitaita.", "Saimme mitä sovittiin."),
    ("A name like others.", "We chose you by price this time."),
    ("Nimi muiden joukossa.", "Valitsimme tällä kertaa hinnan mukaan."),
    ("In use on the promised day, and it just works.", "The guide answered our questions before we asked."),
    ("Käytössä luvattuna päivänä ja toimii.", "Ohje vastasi kysymyksiin ennen kuin ehdimme kysyä."),
    ("They listened, and changed the plan when we did.", "Best partner we have had; they told us what not to buy.",
     "The fault was put right before lunch."),
    ("Kuuntelivat ja muuttivat suunnitelmaa kanssamme.", "Paras kumppani: kertoivat, mitä ei kannata ostaa.",
     "Vika korjattiin ennen lounasta."),
    ("We tell others about you.", "A name we trust."),
    ("Kerromme teistä muillekin.", "Nimi johon luotamme."),
)  # fmt: skip


def say(rng: np.random.Generator, phrases: Sequence[Sequence[str]], which: Index) -> pl.Series:
    """One phrase by chance from each of the groups `which`."""
    count = np.array([len(group) for group in phrases])
    first = np.cumsum(count) - count
    flat = pl.Series([phrase for group in phrases for phrase in group])
    return flat.gather(first[which] + (rng.random(which.size) * count[which]).astype(np.int64))


def full_names(rng: np.random.Generator, size: int) -> tuple[pl.Series, pl.Series]:
    """Given names and surnames, no two people alike while the words last."""
    every = rng.permutation(len(GIVEN) * len(FIRST_HALVES) * len(SECOND_HALVES))
    drawn = every[np.arange(size) % every.size]
    rest, given = np.divmod(drawn, len(GIVEN))
    second, first = np.divmod(rest, len(FIRST_HALVES))
    surname = pl.Series(FIRST_HALVES).gather(first) + pl.Series(SECOND_HALVES).gather(second)
    return pl.Series(GIVEN).gather(given), surname


def e_mails(given: pl.Series, surname: pl.Series, domain: str) -> pl.Series:
    """Addresses that nobody has, a number in those that would come twice."""
    local = (given + "." + surname).str.to_lowercase()
    for letter, plain in (("ä", "a"), ("ö", "o")):
        local = local.str.replace_all(letter, plain, literal=True)
    place = pl.DataFrame({"local": local}).select(pl.int_range(pl.len()).over("local")).to_series()
    number = place.cast(pl.String).set(place == 0, "")
    return local + number + f"@{domain}"


def numbered(names: Sequence[str], size: int, rng: np.random.Generator) -> pl.Series:
    """Draw names in a shuffled order; from the second time round they carry a number."""
    turn, which = np.divmod(np.arange(size), len(names))
    order = rng.permutation(len(names))
    number = (" " + pl.Series(turn + 1).cast(pl.String)).set(pl.Series(turn == 0), "")
    return pl.Series(names).gather(order[which]) + number
