package io.troupe.chaos.mutant;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A bug planted in a class of the product, and what shows it: the seed of a schedule, or a test of its module.
 *
 * @param name   what the bug does
 * @param mutant the change of the source
 * @param seed   of the schedule, or 0
 * @param test   the class of the test, or empty
 */
record ProductionMutant(String name, SourceMutant mutant, long seed, String test) {
    static ProductionMutant bug(String name, String source, String original, String replacement, long seed) {
        return new ProductionMutant(name, SourceMutant.of(source).replace(original, replacement), seed, "");
    }

    /** A bug that another layer makes up for, so that no schedule shows it: a test of its own layer does. */
    static ProductionMutant bug(String name, String source, String original, String replacement, String test) {
        return new ProductionMutant(
                name, SourceMutant.of(source).replace(original, replacement), 0, "io.troupe." + test);
    }

    /** {@return those that schedules or tests must kill} */
    static List<ProductionMutant> killed() {
        List<ProductionMutant> killed = new ArrayList<>(MutantsOfNodes.KILLED);
        killed.addAll(MutantsOfProtocols.KILLED);
        killed.addAll(MutantsOfDuties.KILLED);
        killed.addAll(MutantsOfNames.KILLED);
        killed.addAll(MutantsOfTransactions.KILLED);
        killed.addAll(MutantsOfLinks.KILLED);
        killed.addAll(MutantsOfGroups.KILLED);
        return killed;
    }

    /** {@return all, also those that nothing kills so far} */
    static List<ProductionMutant> all() {
        List<ProductionMutant> all = killed();
        all.addAll(MutantsAlive.ALIVE);
        return all;
    }

    /** {@return the tests that kill some} */
    static Set<String> tests() {
        Set<String> tests = new TreeSet<>();
        all().forEach(mutant -> tests.add(mutant.test()));
        tests.remove("");
        return tests;
    }
}
