package io.troupe.cluster.internal.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.troupe.cluster.ActorInfo;
import io.troupe.cluster.ActorPage;
import io.troupe.cluster.ActorQuery;
import io.troupe.cluster.ClusterException;
import io.troupe.cluster.internal.keys.LiveNode;
import io.troupe.cluster.internal.listing.Listing;
import io.troupe.cluster.internal.listing.ListingFrames;
import io.troupe.cluster.spi.ActorRange;
import io.troupe.cluster.spi.HostedActors;
import io.troupe.metadata.MetadataStore;
import io.troupe.transport.Buffers;
import io.troupe.transport.MessagingSystem;
import io.troupe.transport.Offer;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Lists active actors, of one node or of all, by asking the nodes that have them: nobody else knows. Answers the others
 * that ask. Any thread.
 */
final class Listings {
    private final MessagingSystem messaging;
    private final MetadataStore store;
    private final HostedActors actors;
    private final NanoClock clock;
    private final Requests requests;
    private final Questions<Listing.Part> questions;

    /** One list while it is made: whom to ask, in this order, until when, and what they have said so far. */
    private record Collecting(List<String> nodes, ActorQuery query, long endNs, List<ActorInfo> found) {
        int room() {
            return query.limit() - found.size();
        }
    }

    Listings(MessagingSystem messaging, MetadataStore store, HostedActors actors, NanoClock clock, Requests requests) {
        this.messaging = messaging;
        this.store = store;
        this.actors = actors;
        this.clock = clock;
        this.requests = requests;
        this.questions = new Questions<>(requests);
    }

    CompletableFuture<ActorPage> of(String nodeId, ActorQuery query, Duration limit) {
        Place from = Place.of(query.after());
        if (from != null && !from.nodeId().equals(nodeId)) {
            throw new IllegalArgumentException("the part after '" + query.after() + "' is one of node " + from.nodeId()
                    + ", not of " + nodeId + ": ask for the parts of each node by themselves");
        }
        if (LiveNode.find(store.view(), nodeId) == null) {
            return CompletableFuture.failedFuture(new ClusterException(
                    ClusterException.Code.UNKNOWN_NODE,
                    "no live node is named " + nodeId + ": these are "
                            + LiveNode.all(store.view()).stream()
                                    .map(LiveNode::nodeId)
                                    .toList()));
        }
        return collect(List.of(nodeId), query, limit, from);
    }

    CompletableFuture<ActorPage> ofAll(ActorQuery query, Duration limit) {
        Place from = Place.of(query.after());
        List<String> nodes = LiveNode.all(store.view()).stream()
                .filter(node -> node.record().hosts())
                .map(LiveNode::nodeId)
                .filter(node -> from == null || node.compareTo(from.nodeId()) >= 0) // who came later is not asked
                .toList();
        return collect(nodes, query, limit, from);
    }

    private CompletableFuture<ActorPage> collect(
            List<String> nodes, ActorQuery query, Duration limit, @Nullable Place from) {
        long endNs = clock.nanoTime() + Requests.nanos(limit);
        Collecting list = new Collecting(nodes, query, endNs, new ArrayList<>());
        Place first = from != null && !nodes.isEmpty() && nodes.get(0).equals(from.nodeId()) ? from : null;
        return requests.track(collect(list, 0, first));
    }

    /** Asks the node at an index for what comes behind a place; a null one is before all of its actors. */
    private CompletableFuture<ActorPage> collect(Collecting list, int index, @Nullable Place from) {
        if (index == list.nodes.size()) {
            return CompletableFuture.completedFuture(new ActorPage(List.copyOf(list.found), null));
        }
        String node = list.nodes.get(index);
        Place place = from == null ? Place.beginOf(node) : from;
        if (list.room() == 0) {
            return CompletableFuture.completedFuture(new ActorPage(List.copyOf(list.found), place.token()));
        }
        String kind = list.query.kind();
        return ask(node, place.range(kind == null ? "" : kind, list.room()), list.endNs)
                .thenCompose(part -> {
                    list.found.addAll(part.actors());
                    Place reached = part.actors().isEmpty()
                            ? place
                            : Place.of(part.actors().get(part.actors().size() - 1));
                    return part.more()
                            ? CompletableFuture.completedFuture(new ActorPage(List.copyOf(list.found), reached.token()))
                            : collect(list, index + 1, null);
                });
    }

    private CompletableFuture<Listing.Part> ask(String to, ActorRange range, long endNs) {
        if (to.equals(store.nodeId())) {
            CompletableFuture<Listing.Part> answer = new CompletableFuture<>();
            look(0, range, answer::complete);
            return answer;
        }
        return questions.ask(
                to,
                Math.max(0, endNs - clock.nanoTime()),
                number -> offer(to, ListingFrames.ASK, ListingFrames.encode(new Listing.Ask(number, range))),
                new Questions.Failures(
                        "node " + to + " cannot be asked now which actors it has",
                        "node " + to + " did not say in time which actors it has: ask the others one by one, or again"
                                + " when it has left"));
    }

    /** One actor more than asked for tells that there are more. */
    private void look(long number, ActorRange range, Consumer<Listing.Part> answer) {
        ActorRange wider =
                new ActorRange(range.kind(), range.shard(), range.afterKind(), range.afterId(), range.limit() + 1);
        actors.list(wider, found -> {
            boolean more = found.size() > range.limit();
            answer.accept(new Listing.Part(number, more, more ? found.subList(0, range.limit()) : found));
        });
    }

    private Offer offer(String to, int type, byte[] body) {
        return messaging.offer(to, type, Buffers.of(body), 0, body.length);
    }

    /** On the transport's thread. */
    void onAsk(String from, Listing.Ask ask) {
        look(ask.number(), ask.range(), part -> {
            Offer unused = offer(from, ListingFrames.PART, ListingFrames.encode(part)); // a full ring: it asks again
        });
    }

    /** On the transport's thread. */
    void onPart(String from, Listing.Part part) {
        questions.onAnswer(from, part.number(), part);
    }

    /** Behind which actor of which node a list goes on; as text it is what callers are given. */
    record Place(String nodeId, int shard, String kind, String id) {
        private static final int FIELDS = 4;

        static Place beginOf(String nodeId) {
            return new Place(nodeId, 0, "", "");
        }

        static Place of(ActorInfo actor) {
            return new Place(actor.nodeId(), actor.shard(), actor.kind(), actor.id());
        }

        static @Nullable Place of(@Nullable String token) {
            if (token == null) {
                return null;
            }
            String[] fields = token.split("/", FIELDS); // no node and no kind has a slash, an id may have
            try {
                if (fields.length == FIELDS && Integer.parseInt(fields[1]) >= 0) {
                    return new Place(fields[0], Integer.parseInt(fields[1]), fields[2], fields[3]);
                }
            } catch (NumberFormatException e) {
                // Below: it is nothing that a page has named.
            }
            throw new IllegalArgumentException(
                    "'" + token + "' is no place in a list of actors: give what the page before names as next");
        }

        String token() {
            return nodeId + '/' + shard + '/' + kind + '/' + id;
        }

        ActorRange range(String onlyKind, int limit) {
            return new ActorRange(onlyKind, shard, kind, id, limit);
        }
    }
}
