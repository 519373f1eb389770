using System.Collections.Immutable;
using Akka.Actor;
using PbKv.Actors.Shells;
using PbKv.Protocol;
using Letter = Akka.Actor.Envelope;

namespace PbKv.Actors.Tests.Shells;

public class NodeQueueTests
{
    private static readonly NodeAddress Clerk = new("clerk");
    private static readonly Ping Ping = new(new ServerId(Clerk, 1), ViewId.None, false, false, false, 0);

    private readonly NodeQueue _queue = new();

    [Fact]
    public void Pings_ticks_and_acknowledgements_go_before_requests_that_came_earlier()
    {
        var tick = new TimerOver(new ReplicaTick(), 0);
        Add(Envelope(Request(1)), Envelope(Ping), Envelope(Request(2)), tick, Envelope(new ForwardAck(ViewId.None, 1)));
        Assert.IsType<Ping>(TakeMessage());
        Assert.Same(tick, Take());
        Assert.IsType<ForwardAck>(TakeMessage());
        Assert.Equal([1L, 2L], [((Request)TakeMessage()).Number, ((Request)TakeMessage()).Number]);
        Assert.False(_queue.HasMessages);
    }

    [Fact]
    public void An_envelope_with_data_in_it_is_data()
    {
        Add(Envelope(Ping, Request(1)), Envelope(Ping));
        Assert.Single(((Protocol.Envelope)Take()!).Messages);
    }

    [Fact]
    public void A_turn_ends_when_its_operations_are_spent_and_what_is_left_has_the_next()
    {
        Add([.. Enumerable.Range(0, 5).Select(i => Envelope(Request(i, NodeQueue.OperationsOfTurn / 2)))]);
        Assert.Equal([2, 2, 1], new[] { TakeTurn(), TakeTurn(), TakeTurn() });
    }

    [Fact]
    public void A_turn_ends_when_its_bytes_are_spent()
    {
        Add([.. Enumerable.Range(0, 3).Select(i => Envelope(Request(i, 1, (int)NodeQueue.BytesOfTurn)))]);
        Assert.Equal([1, 1, 1], new[] { TakeTurn(), TakeTurn(), TakeTurn() });
    }

    [Fact]
    public void What_does_not_fit_is_not_kept_and_whoever_asked_hears_busy()
    {
        const int Large = (int)(NodeQueue.MostBytes / 4);
        Add([.. Enumerable.Range(0, 5).Select(i => Envelope(Request(i, 1, Large)))]);
        Assert.Equal([3L, 4L], Enumerable.Range(0, 2).SelectMany(_ => ((Crowded)Take()!).Requests));
        Assert.Equal(0, ((Request)TakeMessage()).Number);
        Assert.Null(Take());
        Add(Envelope(Request(9, 1, Large)));
        Assert.Equal(1, ((Request)TakeMessage()).Number);
    }

    [Fact]
    public void What_replicas_send_one_another_is_never_refused_and_neither_is_a_request_that_is_alone()
    {
        Add(Envelope(Request(1, 1, (int)NodeQueue.MostBytes + 1)));
        Add(Envelope(new Forward(ViewId.None, 1, 1, -1, [])));
        Assert.IsType<Request>(TakeMessage());
        Assert.Null(Take());
        Assert.IsType<Forward>(TakeMessage());
    }

    private static Request Request(long number, int operations = 1, int bytes = 1) =>
        new(
            GroupName.Default,
            ViewId.None,
            number,
            new Batch(
                1,
                1,
                [
                    .. Enumerable
                        .Range(1, operations)
                        .Select(i => new Operation(OperationKind.Put, i, Bytes.Utf8("k"), new Bytes(new byte[bytes]))),
                ]
            )
        );

    private static Protocol.Envelope Envelope(params ImmutableArray<Message> messages) =>
        new(Clerk, Clerk, default, messages);

    private void Add(params object[] messages)
    {
        foreach (var message in messages)
            _queue.Enqueue(ActorRefs.Nobody, new Letter(message, ActorRefs.NoSender));
    }

    private object? Take() => _queue.TryDequeue(out var letter) ? letter.Message : null;

    private Message TakeMessage() => Assert.Single(((Protocol.Envelope)Take()!).Messages);

    private int TakeTurn()
    {
        var taken = 0;
        while (Take() is not null)
            taken++;
        return taken;
    }
}
