package io.troupe.demo.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Which entities hold what they must.
 *
 * @param entities   how many entities were compared
 * @param matching   how many hold exactly what they must
 * @param unreadable entities that gave no answer
 * @param mismatches what differs, for the first few entities
 */
public record Matches(int entities, int matching, int unreadable, List<String> mismatches) {
    /** How many mismatching entities are described one by one. */
    public static final int MAX_DESCRIBED = 5;

    /**
     * Compares.
     *
     * @param expected what every entity must hold
     * @param actual   what the entities said; an entity that gave no answer is absent
     * @param <T>      what an entity holds
     * @return what matches and what does not
     */
    public static <T> Matches compare(Map<String, T> expected, Map<String, T> actual) {
        int matching = 0;
        int unreadable = 0;
        List<String> mismatches = new ArrayList<>();
        for (Map.Entry<String, T> entry : expected.entrySet()) {
            T must = entry.getValue();
            T is = actual.get(entry.getKey());
            if (must.equals(is)) {
                matching++;
                continue;
            }
            if (is == null) {
                unreadable++;
            }
            if (mismatches.size() < MAX_DESCRIBED) {
                mismatches.add(entry.getKey() + " must hold " + must + " but "
                        + (is == null ? "gave no answer" : "holds " + is));
            }
        }
        return new Matches(expected.size(), matching, unreadable, List.copyOf(mismatches));
    }

    /** {@return true if every entity holds what it must} */
    public boolean isAll() {
        return matching == entities;
    }
}
