package io.troupe.chaos.mutant;

import java.util.List;

import static io.troupe.chaos.mutant.ProductionMutant.bug;

/** Bugs in how actors are spawned and found by name. */
final class MutantsOfNames {
    private static final String ACTORS = "actors/src/main/java/io/troupe/actors/";
    private static final String SIMULATION = "chaos.sim.NamesSimulationTest";

    static final List<ProductionMutant> KILLED = List.of(
            bug(
                    "spawn takes a LOCAL shard from the actors on it",
                    "actors/src/main/java/io/troupe/actors/LocalPlacement.java",
                    "|| names.isUsed(shard)",
                    "",
                    "chaos.named.LocalPlacementTest"),
            bug(
                    "spawn leaves a LOCAL shard where it is",
                    "actors/src/main/java/io/troupe/actors/LocalPlacement.java",
                    "if (shard < 0",
                    "if (shard >= 0",
                    "chaos.named.LocalPlacementTest"),
            bug(
                    "name that is taken is taken over",
                    ACTORS + "Registration.java",
                    "new Txn(List.of(Compare.absent(key)),",
                    "new Txn(List.of(),",
                    SIMULATION),
            bug(
                    "name is looked up in a copy that may be behind",
                    ACTORS + "NamedActors.java",
                    "return store().barrier();",
                    "return CompletableFuture.completedFuture(0L);",
                    SIMULATION),
            bug(
                    "actor whose name was given up goes on",
                    ACTORS + "Roster.java",
                    "if (registered == null || registered.revision() != life.revision()) {",
                    "if (registered != null && registered.revision() != life.revision()) {",
                    SIMULATION),
            bug(
                    "actor is not started again under a new owner",
                    ACTORS + "Roster.java",
                    "if (!life.equals(before.get(name))) {",
                    "if (before.get(name) == null) {",
                    SIMULATION),
            bug(
                    "stop of an earlier life ends the present one",
                    ACTORS + "NamedActor.java",
                    "if (message.equals(stop(revision))) {",
                    "if (!message.equals(START)) {",
                    "actors.NamedActorTest"),
            bug(
                    "what a barrier shows refuses what came after it",
                    ACTORS + "NamedActor.java",
                    "refuse(covered, context);",
                    "refuse(stashed, context);",
                    "actors.NamedActorTest"),
            bug(
                    "message overtakes those that wait for the name",
                    ACTORS + "NamedActor.java",
                    "if (stashed == 0 && begin(context)) {",
                    "if (begin(context)) {",
                    SIMULATION));

    private MutantsOfNames() {}
}
