package io.troupe.cluster.internal.runtime;

import java.time.Duration;
import java.util.Map;
import java.util.Set;

import io.troupe.cluster.Hosting;
import io.troupe.cluster.internal.handoff.TransferredWindow;
import io.troupe.cluster.internal.keys.NodeRecord;
import io.troupe.cluster.spi.ShardFlags;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.internal.memory.InMemoryGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** An owner keeps nothing of senders that have gone for good. */
class HostedShardTest {
    private static final NodeRecord SELF = new NodeRecord(new Hosting(true, null, 1.0, Set.of()), Set.of(), Set.of());

    private final InMemoryGroup group = InMemoryGroup.create();
    private final MetadataStore store = group.store("n1");
    private final MetadataStore client = group.store("client");
    private final ShardStores stores = new ShardStores(store, 0);
    private final HostedShard shard = new HostedShard(
            3,
            5,
            new Membership(
                    "n1", SELF, stores, Duration.ofSeconds(60), System::nanoTime, Runnable::run, new LifeEvents()),
            told -> {},
            new ShardFlags(8));

    @BeforeEach
    void start() {
        store.start().join();
        client.start().join();
        group.tick(0);
    }

    @AfterEach
    void close() {
        client.close();
        store.close();
        group.close();
    }

    private SessionId session() {
        SessionId session = client.openSession(60_000).join();
        store.awaitRevision(session.incarnation()).join();
        return session;
    }

    private void end() {
        long before = store.view().revision();
        client.closeSession().join();
        store.awaitRevision(before + 1).join();
    }

    @Test
    void aSenderWhoseLifeIsOverIsForgottenAndStaysSo() {
        SessionId life = session();
        assertThat(shard.channel(life, stores)).isNotNull();
        shard.forgetEnded(store.view());
        assertThat(shard.existingChannel(life)).as("it lives").isNotNull();
        end();
        assertThat(shard.existingChannel(life)).isNotNull();
        shard.forgetEnded(store.view());
        assertThat(shard.senders()).isZero();
        assertThat(shard.channel(life, stores)).as("a late copy").isNull();
        SessionId next = session();
        assertThat(shard.channel(next, stores)).isNotNull();
        assertThat(shard.existingChannel(life)).isNull();
    }

    @Test
    void whatWasHandedOverOfASenderThatIsGoneGoesNoFurther() {
        SessionId life = session();
        end();
        shard.continues(Map.of(life, new TransferredWindow()));
        assertThat(shard.channels(stores)).isEmpty();
        shard.forgetEnded(store.view());
        assertThat(shard.senders()).isZero();
    }

    @Test
    void aSenderThatThisNodeHasYetToHearOfIsTaken() {
        SessionId soon = new SessionId("client", store.view().revision() + 1);
        assertThat(shard.channel(soon, stores)).isNotNull();
        shard.forgetEnded(store.view());
        assertThat(shard.senders()).isOne();
    }
}
