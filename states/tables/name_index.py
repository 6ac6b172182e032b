"""Name index: an HMAC per word finds a person by name without storing the name readable."""

from sqlmodel import Field, SQLModel


class NameMark(SQLModel, table=True):
    """One word of one person's name, as a mark."""

    __tablename__ = "name_mark"

    mark: str = Field(primary_key=True)
    person: str = Field(primary_key=True, foreign_key="person.id")
