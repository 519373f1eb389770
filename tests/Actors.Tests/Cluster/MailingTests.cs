using System.Collections.Immutable;
using PbKv.Actors.Shells;
using PbKv.Protocol;

namespace PbKv.Actors.Tests.Cluster;

public class MailingTests
{
    private static readonly NodeAddress A = new("a:1"),
        B = new("b:1");

    [Fact]
    public void What_goes_to_one_receiver_in_one_step_goes_in_one_envelope_in_order()
    {
        var sent = Send((A, Ack(1)), (B, Ack(2)), (A, Ack(3)), (A, Ack(4)));
        Assert.Equal([A, B], sent.Select(item => item.To));
        Assert.Equal([Ack(1), Ack(3), Ack(4)], sent[0].Messages.ToArray());
        Assert.Equal([Ack(2)], sent[1].Messages.ToArray());
    }

    [Fact]
    public void Large_messages_go_in_envelopes_of_their_own()
    {
        var sent = Send((A, Request(1, 200_000)), (A, Request(2, 200_000)), (A, Request(3, 10)));
        Assert.Equal(
            [
                [1L],
                [2L, 3L],
            ],
            sent.Select(item => item.Messages.Select(message => ((Request)message).Number).ToArray())
        );
    }

    [Fact]
    public void Each_chunk_goes_in_an_envelope_of_its_own()
    {
        var sent = Send((A, Ack(1)), (A, Chunk(0)), (A, Chunk(1)), (A, Ack(2)));
        Assert.Equal(4, sent.Count);
    }

    [Fact]
    public void A_reply_that_is_too_large_goes_in_several_that_hold_each_result_once()
    {
        var results = Enumerable
            .Range(0, 100)
            .Select(i => new OperationResult(i, ResultStatus.Ok, new Bytes(new byte[20_000])))
            .ToImmutableArray();
        foreach (
            var messages in new[]
            {
                Send((A, new Reply(7, 8, results, null))),
                Send((A, Ack(1)), (A, new Reply(7, 8, results, null))),
            }
        )
        {
            var replies = messages.SelectMany(item => item.Messages).OfType<Reply>().ToList();
            Assert.InRange(replies.Count, 8, 12);
            Assert.All(replies, reply => Assert.Equal((7, 8), (reply.Number, reply.Session)));
            Assert.Equal(
                results.Select(result => result.Sequence),
                replies.SelectMany(reply => reply.Results).Select(result => result.Sequence)
            );
            Assert.All(
                messages,
                item => Assert.InRange(item.Messages.OfType<Reply>().Sum(reply => reply.Results.Length), 0, 13)
            );
        }
    }

    [Fact]
    public void One_result_larger_than_an_envelope_goes_alone()
    {
        var results = Enumerable
            .Range(0, 3)
            .Select(i => new OperationResult(i, ResultStatus.Ok, new Bytes(new byte[1 << 20])))
            .ToImmutableArray();
        Assert.Equal(3, Send((A, new Reply(1, 2, results, null))).Count);
    }

    [Fact]
    public void A_reply_without_results_goes_too() => Assert.Single(Send((A, new Reply(1, 2, [], View.None))));

    private static Chunk Chunk(long index) => new(ViewId.None, index, false, 0, 0, [], []);

    private static ForwardAck Ack(long serial) => new(ViewId.None, serial);

    private static Request Request(long number, int bytes) =>
        new(
            GroupName.Default,
            ViewId.None,
            number,
            new Batch(1, 1, [new Operation(OperationKind.Put, 1, Bytes.Utf8("k"), new Bytes(new byte[bytes]))])
        );

    private static List<(NodeAddress To, ImmutableArray<Message> Messages)> Send(
        params (NodeAddress To, Message Message)[] messages
    )
    {
        var sent = new List<(NodeAddress, ImmutableArray<Message>)>();
        var mailing = new Mailing();
        mailing.Send(
            [.. messages.Select(item => new Outgoing(item.To, item.Message))],
            (to, group) => sent.Add((to, group))
        );
        mailing.Send([.. messages.Select(item => new Outgoing(item.To, item.Message))], (_, _) => { });
        return sent;
    }
}
