using System.Text;

namespace PbKv.Protocol.Tests.Wire;

public class MailingTests
{
    private const long Small = 256;

    private static readonly NodeAddress A = new("a");
    private static readonly NodeAddress B = new("b");

    [Fact]
    public void Each_receiver_gets_one_envelope_in_the_order_in_which_messages_were_sent_and_nothing_comes_again()
    {
        var mailing = new Mailing(1 << 20);
        Assert.Equal(["b: 1 3", "a: 2"], Sent(mailing, (B, Ack(1)), (A, Ack(2)), (B, Ack(3))));
        Assert.Equal(["a: 4", "b: 5"], Sent(mailing, (A, Ack(4)), (B, Ack(5))));
        Assert.Equal(["a: 6"], Sent(mailing, (A, Ack(6))));
        Assert.Empty(Sent(mailing));
    }

    [Theory]
    [InlineData((3 * Small) - 1, "a: 1 2", "a: 3 4", "a: 5")]
    [InlineData(3 * Small, "a: 1 2 3", "a: 4 5")]
    [InlineData(1, "a: 1", "a: 2", "a: 3", "a: 4", "a: 5")]
    public void An_envelope_takes_no_further_message_beyond_its_bytes(long bytes, params string[] envelopes) =>
        Assert.Equal(envelopes, Sent(new Mailing(bytes), [.. Enumerable.Range(1, 5).Select(i => (A, Ack(i)))]));

    [Fact]
    public void A_part_of_a_transfer_is_alone_in_its_envelope()
    {
        var chunk = new Chunk(ViewId.None, 7, false, 1, 1, [], []);
        Assert.Equal(
            ["a: 1", "a: chunk 7", "a: 2 3"],
            Sent(new Mailing(3 * Small), (A, Ack(1)), (A, chunk), (A, Ack(2)), (A, Ack(3)))
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_reply_that_is_too_large_goes_in_parts_of_which_each_stands_for_itself(bool withOthers)
    {
        var mailing = new Mailing(300);
        (NodeAddress, Message)[] reply = [(A, Reply(100, 84, 84, 100, 1))];
        // 116 + 100 + 100 bytes are more than 300; 100 + 116 + 17 are not.
        string[] parts = ["a: reply 9 1:100 2:84", "a: reply 9 3:84 4:100 5:1"];
        Assert.Equal(
            withOthers ? ["b: 1", .. parts] : parts,
            Sent(mailing, withOthers ? [(B, Ack(1)), .. reply] : reply)
        );
        Assert.Equal(["a: reply 9 1:134 2:134", "a: reply 9 3:1"], Sent(new Mailing(300), (A, Reply(134, 134, 1))));
        Assert.Equal(["a: reply 9 1:220"], Sent(new Mailing(300), (A, Reply(220))));
        Assert.Equal(["a: reply 9 1:400", "a: reply 9 2:1"], Sent(mailing, (A, Reply(400, 1))));
    }

    [Fact]
    public void A_step_like_an_earlier_one_costs_its_envelopes_alone()
    {
        const int Steps = 100;
        var mailing = new Mailing();
        List<Outgoing> step = [new(A, Ack(1)), new(B, Ack(2)), new(A, Ack(3))];
        mailing.Send(step, static (_, _) => { });
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Steps; i++)
            mailing.Send(step, static (_, _) => { });
        // Two arrays of one and two references.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, Steps * 100);
    }

    [Fact]
    public void Short_texts_that_come_again_are_the_same_string_and_long_ones_are_not_kept()
    {
        var texts = new Texts();
        Assert.Same("", texts.Of([]));
        foreach (var (length, kept) in new[] { (1, true), (256, true), (257, false) })
        {
            var utf8 = Encoding.UTF8.GetBytes(new string('x', length));
            var first = texts.Of(utf8);
            Assert.Equal(length, first.Length);
            Assert.Equal(kept, ReferenceEquals(first, texts.Of(utf8)));
        }
    }

    private static List<string> Sent(Mailing mailing, params (NodeAddress To, Message Message)[] messages)
    {
        var sent = new List<string>();
        mailing.Send(
            [.. messages.Select(message => new Outgoing(message.To, message.Message))],
            (to, envelope) => sent.Add($"{to}: {string.Join(' ', envelope.Select(Text))}")
        );
        return sent;
    }

    private static ForwardAck Ack(long serial) => new(ViewId.None, serial);

    private static Reply Reply(params int[] lengths) =>
        new(
            9,
            1,
            [
                .. lengths.Select(
                    (length, i) => new OperationResult(i + 1, ResultStatus.Ok, new Bytes(new byte[length]))
                ),
            ],
            null
        );

    private static string Text(Message message) =>
        message switch
        {
            ForwardAck ack => $"{ack.Serial}",
            Chunk chunk => $"chunk {chunk.Index}",
            Reply reply =>
                $"reply {reply.Number} {string.Join(' ', reply.Results.Select(r => $"{r.Sequence}:{r.Value.Length}"))}",
            _ => message.ToString(),
        };
}
