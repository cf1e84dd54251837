package io.troupe.metadata.internal.ratis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

import io.troupe.metadata.BriefSession;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.internal.follow.MetadataFollower;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static io.troupe.metadata.internal.ratis.Voters.get;
import static org.assertj.core.api.Assertions.assertThat;

class RelayedLeaseTest {
    private static final int LEASE_MS = 500;

    private static final int LEASES = 4;

    @TempDir
    private Path directory;

    private static long term(MetadataStore store) {
        return Objects.requireNonNull(store.view().leader()).term();
    }

    @Test
    void aNodeThatReachesTheLeaderOverAnotherVoterOnlyKeepsItsLeaseAndWrites() {
        try (Voters voters = new Voters(directory, 3).start("n1", "n2", "n3")) {
            MetadataFollower cutOff = voters.follower("f1", "t/");
            boolean sameLeader = false;
            while (!sameLeader) { // A busy machine may elect another one, and that is not cut off.
                voters.network.heal();
                RatisMetadataStore leader = voters.leader();
                long term = term(leader);
                SessionId session = BriefSession.renewedInTime(cutOff, LEASE_MS, lease -> {
                    voters.network.cut("f1", leader.nodeId());
                    long until = System.nanoTime()
                            + Duration.ofMillis(LEASES * lease.ttlMillis()).toNanos();
                    while (System.nanoTime() < until) {
                        lease.renew();
                    }
                    assertThat(get(cutOff.txn(Txn.of(new Op.Put("t/a", new byte[] {1}))))
                                    .succeeded())
                            .isTrue();
                });
                sameLeader = leader.isLeader() && term(leader) == term;
                if (sameLeader) {
                    MetadataView.Session known =
                            Objects.requireNonNull(leader.view().session("f1"));
                    assertThat(known.id()).isEqualTo(session);
                }
            }
        }
    }
}
