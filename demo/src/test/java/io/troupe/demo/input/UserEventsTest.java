package io.troupe.demo.input;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.troupe.demo.input.UserEvent.Gift;
import io.troupe.demo.input.UserEvent.LogIn;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class UserEventsTest {
    @Test
    void aSeedGivesTheSameEventsOnEveryMachine() {
        List<UserEvent> events = UserEvents.generate(1, 200, 2_000);
        assertThat(UserEvents.generate(1, 200, 2_000)).isEqualTo(events);
        assertThat(UserEvents.generate(2, 200, 2_000)).isNotEqualTo(events);
        // Recorded once: another JDK or refactoring must not change what a seed means.
        String all = events.stream()
                .map(event -> event.user() + event.getClass().getSimpleName())
                .collect(Collectors.joining());
        assertThat(all.hashCode()).isEqualTo(-1_436_697_953);
    }

    @Property(tries = 50)
    void thereAreAsManyEventsAsAskedForAndOnlyOfKnownUsers(
            @ForAll long seed,
            @ForAll @IntRange(min = 2, max = 300) int users,
            @ForAll @IntRange(min = 1, max = 2_000) int count) {
        Set<String> names = new HashSet<>(UserEvents.users(users));
        assertThat(names).hasSize(users);
        List<UserEvent> events = UserEvents.generate(seed, users, count);
        assertThat(events).hasSize(count).allMatch(event -> names.contains(event.user()));
        assertThat(events)
                .noneMatch(event -> event instanceof Gift gift && gift.to().equals(gift.user()));
    }

    @Test
    void visitorsLogInForAMomentAndDoNothingElse() {
        List<UserEvent> events = UserEvents.generate(1, 200, 2_000);
        List<String> visitors = events.stream()
                .filter(event -> event instanceof LogIn logIn && logIn.goodForMillis() == UserEvents.MOMENT_MILLIS)
                .map(UserEvent::user)
                .toList();
        assertThat(visitors).hasSize(20).doesNotHaveDuplicates();
        assertThat(events.stream().filter(event -> visitors.contains(event.user())))
                .hasSize(20);
        // Some before the kill and some after it.
        assertThat(events.subList(0, 1_000).stream().filter(event -> visitors.contains(event.user())))
                .hasSize(10);
    }
}
