package io.troupe.metadata.internal.ratis;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import org.apache.ratis.protocol.RaftPeer;
import org.assertj.core.api.AbstractThrowableAssert;

import static io.troupe.metadata.internal.ratis.Voters.PATIENCE;
import static io.troupe.metadata.internal.ratis.Voters.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Steps of the tests that change the voters of a group. */
final class VoterChangeSteps {
    private VoterChangeSteps() {}

    /** Asks whoever leads until it is done: on a busy machine the leader may change meanwhile. */
    static void done(Voters voters, Function<RatisMetadataStore, CompletableFuture<Void>> change) {
        boolean[] unknown = {false};
        await().atMost(PATIENCE.multipliedBy(4)).until(() -> {
            try {
                // The change has a limit of its own, which says why.
                change.apply(voters.leader())
                        .orTimeout(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .join();
                return true;
            } catch (CompletionException e) {
                Code code = ((MetadataException) Objects.requireNonNull(e.getCause())).code();
                if (unknown[0] && code == Code.BAD_CONFIG) {
                    return true; // It was done after all, and cannot be done again.
                }
                unknown[0] |= code == Code.FAILED;
                if (code != Code.FAILED && code != Code.NOT_LEADING) {
                    throw e;
                }
                return false;
            }
        });
    }

    /** A busy machine may have made it the leader, which cannot be removed. */
    static void removed(Voters voters, String nodeId) {
        done(
                voters,
                leading -> leading.nodeId().equals(nodeId)
                        ? leading.transferLeadership(voters.otherThan(leading).nodeId(), PATIENCE)
                                .thenCompose(led -> CompletableFuture.<Void>failedFuture(
                                        new MetadataException(Code.NOT_LEADING, "asked again of the new leader")))
                        : leading.removeVoter(nodeId, PATIENCE));
    }

    static void put(MetadataStore store, String key) {
        assertThat(get(store.txn(Txn.of(new Op.Put(key, new byte[1])))).succeeded())
                .isTrue();
    }

    static List<String> ids(MetadataStore store) {
        return store.voters().stream().map(Voter::nodeId).toList();
    }

    static List<String> peers(RatisMetadataStore store) throws AssertionError {
        try {
            return Objects.requireNonNull(store.raft()).division().getRaftConf().getCurrentPeers().stream()
                    .map(RaftPeer::getId)
                    .map(Object::toString)
                    .toList();
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(CompletableFuture<?> call, Code code) {
        return assertThatThrownBy(() -> {
                    try {
                        call.orTimeout(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS)
                                .join();
                    } catch (CompletionException e) {
                        throw Objects.requireNonNull(e.getCause());
                    }
                })
                .isInstanceOfSatisfying(
                        MetadataException.class,
                        failure -> assertThat(failure.code())
                                .as(failure.toString())
                                .isEqualTo(code));
    }
}
