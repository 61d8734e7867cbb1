"""Small exchange folders for tests: good ones, and ones with one thing wrong."""

from pathlib import Path

MANIFEST = '{"format": "talkoot-exchange/1", "time_zone": "Europe/Helsinki", "currency": "EUR"}'

# One row or more of every file, with every column used somewhere.
GOOD: dict[str, str] = {
    "people": """person,name,email,title,role,joined,left
p1,Ada,ada@north.example,Head of sales,lead,2024-01-01T00:00:00+02:00,
p2,Ben,,,expert,2024-02-01T00:00:00Z,2026-01-01T00:00:00Z
p3,"Cleo, the ""boss"" of HR",,,,,
""",
    "teams": "team,name,department\nt1,First,Sales\nt2,Second,\n",
    "team_members": "team,person,role,from,to\nt1,p1,lead,,\nt1,p2,member,2024-02-01T00:00:00Z,2025-02-01T00:00:00Z\n",
    "customers": "customer,name\nc1,Oak\nc2,Pine\n",
    "contacts": """contact,customer,name,email,role,known,channel,rhythm,language
n1,c1,Eve,eve@oak.example,Buyer,1,phone,monthly,fi-FI
n2,c1,,,,0,,,
n3,c2,,,,,,,
""",
    "criteria": "criterion,name,meaning\ncollaboration,Collaboration,Works with others\nleading,Leading,\n",
    "projects": """project,name,kind,customer,started,ended,outcome,territory,continues
j1,Sale,opportunity,c1,2024-03-01T00:00:00Z,2024-06-01T00:00:00Z,won,North,
j2,Build,delivery,c1,2024-06-01T00:00:00Z,,,,j1
j3,Tools,development,,2024-01-01T00:00:00Z,2024-12-31T23:59:59.999999Z,done,,
""",
    "members": """project,person,role,share,from,to
j1,p1,seller,2,,
j1,p2,,0.5,2024-03-01T00:00:00Z,2024-04-01T00:00:00Z
j2,p3,,,,
""",
    "money": """project,kind,amount,currency or unit,known_at
j1,revenue,12345678901234.50,EUR,2024-06-01T00:00:00Z
j1,delivered_effort,-0.125,hours,2024-06-01T00:00:00Z
""",
    "agreements": """project,scope_agreed,scope_communicated,scope_measurable,confirmed_by,at
j1,1,0,1,n1,2024-03-02T00:00:00Z
j2,0,0,0,,2024-06-02T00:00:00Z
""",
    "documents": """id,project,author,title,at,used_by
d1,j1,p1,How to sell,2024-05-01T00:00:00Z,j2
d2,j3,p2,Tools,2024-05-02T00:00:00Z,
""",
    "handovers": """id,project,from_person,to_person,at,accepted_at,rating
h1,j1,p1,p2,2024-06-01T00:00:00Z,2024-06-03T00:00:00Z,4
h2,j2,p2,p3,2024-07-01T00:00:00Z,,
""",
    "care": """id,project,owner,kind,due,done,outcome,needs_changed,moved_by_customer
r1,j1,p1,3m,2024-09-01T00:00:00Z,2024-09-01T08:00:00Z,well,0,1
r2,j1,p1,12m,2025-06-01T00:00:00Z,,,,
""",
    "rounds": "round,opened,closed\no1,2024-04-01T00:00:00Z,2024-05-01T00:00:00Z\no2,2025-04-01T00:00:00Z,\n",
    "asks": """ask,round,giver,receiver,project,at,declined_at
s1,o1,p1,p2,j1,2024-04-01T00:00:00Z,
s2,,p2,p1,,2024-04-02T00:00:00Z,2024-04-03T00:00:00Z
""",
    "feedback": """id,answer,giver,receiver,project,round,criterion,rating,comment,at,recorded_at
f1,a1,p1,p2,j1,o1,collaboration,4,"Said ""yes"",
then did it",2024-04-05T00:00:00Z,2024-04-06T00:00:00Z
f2,a1,p1,p2,j1,o1,leading,5,,2024-04-05T00:00:00Z,2024-04-06T00:00:00Z
f3,,p3,p2,,,collaboration,1,,2024-04-07T00:00:00Z,2024-04-08T00:00:00Z
f4,,p3,p1,,,collaboration,2,,2024-04-07T00:00:00.000001Z,2024-04-08T00:00:00Z
""",
    "kudos": """id,giver,receiver,project,criterion,message,at
k1,p1,p2,j1,leading,"=1+1, kiitos äiti 🎉",2024-04-05T00:00:00Z
k2,p2,p1,,," leading and trailing ",2024-04-06T00:00:00+03:00
k3,p3,p1,,,hidden by its receiver,2024-04-07T00:00:00Z
""",
    "signals": """id,response,project,contact,kind,aspect,value,about,comment,recorded_by,at
g1,e1,j1,n1,survey,recommendation,0,people,,,2024-06-05T00:00:00Z
g2,e1,j1,n1,survey,satisfaction,4.5,,,,2024-06-05T00:00:00Z
g3,,j1,,complaint,,,service,Too slow,p1,2024-06-06T00:00:00Z
""",
    "badges": """id,badge,receiver,project,giver,at
b1,helper,p2,j1,p1,2024-06-05T00:00:00Z
b2,ten_thanks,p2,,,2024-06-06T00:00:00Z
""",
    "consents": """person,source,given,at
p1,peers,1,2024-01-01T00:00:00Z
p1,peers,0,2025-01-01T00:00:00Z
p2,kudos,1,2024-01-01T00:00:00Z
""",
    "leaves": "person,from,to\np1,2024-07-01T00:00:00Z,2024-08-01T00:00:00Z\np2,2024-07-01T00:00:00Z,\n",
    "level_steps": "person,level,at\np1,1,2025-01-01T00:00:00Z\n",
    "retractions": "file,id,reason,at\nkudos,k3,hidden,2024-05-01T00:00:00Z\n",
}
PEOPLE = "person,name\np1,Ada\np2,Ben\n"


def make(folder: Path, files: dict[str, str | bytes], manifest: str = MANIFEST) -> Path:
    """Write `files` (name → CSV) as an exchange folder; the people Ada and Ben where none are given."""
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(manifest)
    for name, text in {"people": PEOPLE, **files}.items():
        (folder / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder
