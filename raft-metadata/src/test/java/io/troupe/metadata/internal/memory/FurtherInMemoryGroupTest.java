package io.troupe.metadata.internal.memory;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataStoreContract;
import io.troupe.metadata.SessionId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The contract on another group than the first. */
class FurtherInMemoryGroupTest extends MetadataStoreContract {
    private final InMemoryGroup group = InMemoryGroup.ticking(Duration.ofMillis(20), 3);

    @Override
    protected MetadataStore startStore() throws Exception {
        MetadataStore store = group.store("m1");
        store.start().get(30, TimeUnit.SECONDS);
        get(store.openSession(LONG_TTL)); // For backups, which need one in every group.
        get(store.group(1).openSession(LONG_TTL));
        return store.group(2);
    }

    @Override
    protected void closeStore() {
        store.group(0).close();
    }

    @Test
    void groupsHaveNothingInCommon() {
        get(store.put("groups/a", bytes("1")));
        assertThat(store.groups()).isEqualTo(3);
        assertThat(store.group(0).view().get("groups/a")).isNull();
        var session = store.view().session("m1");
        get(store.group(1).openSession(LONG_TTL));
        assertThat(store.view().session("m1")).isEqualTo(session);
        assertThat(store.group(2)).isSameAs(store);
        assertThatThrownBy(() -> store.group(3)).hasMessage("there is no group 3: this cluster has 3, numbered from 0");
    }

    @Test
    void leaderAndTimeAreDecidedForAllGroups() {
        try (InMemoryGroup groups = InMemoryGroup.create(2)) {
            MetadataStore first = groups.store("m1");
            MetadataStore second = groups.store("m2");
            get(first.start());
            get(second.start());
            assertThat(first.group(1).isLeader()).isTrue();
            groups.lead("m2");
            assertThat(second.isLeader() && second.group(1).isLeader()).isTrue();
            get(first.group(1).openSession(LONG_TTL));
            CompletableFuture<Long> renewed = first.group(1).keepAlive();
            groups.tick(1);
            get(renewed);
            first.group(1).close();
            get(first.group(1).barrier());
        }
    }

    @Test
    void everyLifeOfTheFirstGroupJoinsTheOthersInItsTurn() {
        try (InMemoryGroup groups = InMemoryGroup.create(2)) {
            MetadataStore before = groups.store("m1");
            get(before.start());
            SessionId life = get(before.openSession(LONG_TTL));
            assertThat(get(before.group(1).joinSession(life, LONG_TTL))).isEqualTo(life);
            before.close();
            MetadataStore after = groups.store("m1");
            get(after.start());
            SessionId later = get(after.openSession(LONG_TTL));
            assertThat(after.group(1).view().isOpen(life)).isTrue();
            assertThat(get(after.group(1).joinSession(later, LONG_TTL))).isEqualTo(later);
            assertThat(after.group(1).view().isOpen(life)).isFalse();
            assertThat(after.group(1).view().isOpen(later)).isTrue();
        }
    }

    @AfterAll
    void closeGroup() {
        group.close();
    }
}
