package io.troupe.demo.users;

import java.time.Duration;

import io.troupe.actors.ActorContext;
import io.troupe.actors.Effect;
import io.troupe.actors.EntityId;
import io.troupe.actors.Kind;
import io.troupe.actors.Query;
import io.troupe.actors.Saga;
import io.troupe.actors.StatefulHandler;
import io.troupe.cluster.ShardSet;
import io.troupe.demo.users.UserCommand.GetHistory;
import io.troupe.demo.users.UserCommand.GetState;
import io.troupe.demo.users.UserCommand.GivePoints;
import io.troupe.demo.users.UserCommand.LogIn;
import io.troupe.demo.users.UserCommand.LogInExpired;
import io.troupe.demo.users.UserCommand.LogInV1;
import io.troupe.demo.users.UserCommand.LogOut;
import io.troupe.demo.users.UserCommand.ReturnPoints;
import io.troupe.demo.users.UserCommand.TakePoints;
import io.troupe.demo.users.UserCommand.UpdateProfile;

/** One user: turns commands into effects. Which command may follow which is decided by {@link UserState}. */
final class User implements StatefulHandler<UserState, UserCommand> {
    /** Users and transfers live next to each other, on shards of their own. */
    static final ShardSet PLACES = ShardSet.of("users", 100);

    /** So short that a demo can show it; a service would keep its users for half an hour. */
    static final Duration IDLE = Duration.ofSeconds(1);

    /** So many users, and so many transfers, stay in the memory of one node. */
    static final int MAX_ACTIVE = 250;

    static final Kind<UserCommand> KIND = Kind.durable("user", UserCommand.class, UserState.class, User::new)
            .in(PLACES)
            .passivateAfter(IDLE)
            .maxActive(MAX_ACTIVE);

    /** What was taken is returned when the receiver refuses it, and not otherwise: so no point is lost or made. */
    static final Saga<Transfer> TRANSFER = Saga.named("user-transfer", Transfer.class)
            .step(
                    "take",
                    (transfer, context) -> call(context, transfer.from(), new TakePoints(transfer.points())),
                    (transfer, context) -> call(context, transfer.from(), new ReturnPoints(transfer.points())))
            .step("give", (transfer, context) -> call(context, transfer.to(), new GivePoints(transfer.points())))
            .build();

    static final Kind<Saga.Message> TRANSFERS =
            TRANSFER.kind().in(PLACES).passivateAfter(IDLE).maxActive(MAX_ACTIVE);

    private static final String LOG_IN = "log-in";

    private static Saga.Call<UserCommand> call(ActorContext<?> context, UserKey user, UserCommand command) {
        return new Saga.Call<>(context.entity(KIND, user.toString()), command);
    }

    @Override
    public UserState initialState(EntityId id) {
        return UserState.NEW;
    }

    @Override
    public Effect<UserState> receive(UserState state, UserCommand command, ActorContext<UserCommand> context) {
        if (command instanceof LogIn logIn) {
            return logIn(state, logIn, logIn);
        } else if (command instanceof LogInV1 old) {
            return logIn(state, old.upgraded(), old);
        } else if (command instanceof LogOut logOut) {
            return state.session() == null
                    ? refuse(logOut, "not logged in")
                    : accept(logOut, state.loggedOut()).thenForget(LOG_IN);
        } else if (command instanceof UpdateProfile update) {
            return state.session() == null
                    ? refuse(update, "not logged in: log in to change the profile")
                    : accept(update, state.with(new UserState.Profile(update.name(), update.email())));
        } else if (command instanceof GetState query) {
            return Effect.<UserState>none().thenReply(query, state);
        } else if (command instanceof GetHistory query) {
            return Effect.<UserState>none().thenReply(query, state.newest(query.limit()));
        } else if (command instanceof LogInExpired) {
            return Effect.persist(state.expiredNow());
        }
        return transfer(state, command);
    }

    private static Effect<UserState> logIn(UserState state, LogIn logIn, Query<Reply> asked) {
        String obstacle = state.obstacleFor(logIn.device());
        return obstacle != null
                ? refuse(asked, obstacle)
                // The reminder of an earlier log-in has the same name, so this one replaces it.
                : accept(asked, state.with(logIn)).thenRemind(LOG_IN, logIn.goodFor(), new LogInExpired());
    }

    private static Effect<UserState> transfer(UserState state, UserCommand command) {
        if (command instanceof TakePoints take) {
            return state.points() < take.points()
                    ? Effect.reject("has " + state.points() + " points, and " + take.points() + " were to be taken")
                    : Effect.persist(state.plus(-take.points()));
        } else if (command instanceof GivePoints give) {
            return state.logIns() == 0
                    ? Effect.reject("has never logged in, so nobody could use the points")
                    : Effect.persist(state.plus(give.points()));
        }
        return Effect.persist(state.plus(((ReturnPoints) command).points()));
    }

    private static Effect<UserState> accept(Query<Reply> command, UserState next) {
        return Effect.persist(next).thenReply(command, new Reply.Accepted(next.changes()));
    }

    private static Effect<UserState> refuse(Query<Reply> command, String why) {
        return Effect.<UserState>none().thenReply(command, new Reply.Refused(why));
    }
}
