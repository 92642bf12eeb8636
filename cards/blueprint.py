"""The blueprint of an exam: its domains with their weights, its length and its source.

It is the content of `exam.yaml`, which stands beside the deck files that prepare for
the exam.
"""

from typing import Annotated

from msgspec import Meta, Struct

from cards.note import Day, Source, Text


class Domain(Struct, frozen=True, forbid_unknown_fields=True):
    """A domain of an exam."""

    tag: Annotated[Text, Meta(description="The tag of its cards.")]
    weight: Annotated[
        float, Meta(description="Its points, or its percentage; above 0.")
    ]
    name: Annotated[Text, Meta(description="Its name, as the exam gives it.")] = ""


class Blueprint(Struct, frozen=True):
    """What an exam asks."""

    exam: Annotated[Text, Meta(description="Name of the exam.")]
    domains: Annotated[
        tuple[Domain, ...], Meta(description="Its domains, each with tag and weight.")
    ]
    questions: Annotated[int, Meta(description="Number of questions.")]
    minutes: Annotated[int, Meta(description="Length of the exam.")]
    passing: Annotated[
        Text, Meta(description="What passes, in the exam's own words.")
    ] = ""
    source: Annotated[
        Text | Source | tuple[Text | Source, ...],
        Meta(description="The page that describes the exam."),
    ] = ()
    checked: Annotated[
        Day | None, Meta(description="The day this was last verified.")
    ] = None

    @property
    def weights(self) -> dict[str, float]:
        """Return the weights by tag."""
        return {domain.tag: domain.weight for domain in self.domains}

    def domain_name(self, tag: str) -> str:
        """Return the name of a domain; its tag if it has no name."""
        names = {domain.tag: domain.name for domain in self.domains}
        return names.get(tag) or tag
