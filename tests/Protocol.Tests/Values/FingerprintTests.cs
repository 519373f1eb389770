namespace PbKv.Protocol.Tests.Values;

public class FingerprintTests
{
    private delegate void Adding(ref Fingerprint fingerprint);

    private static ServerId Server(string name, long incarnation = 1) => new(new NodeAddress(name), incarnation);

    /// <summary>Forwards and chunks carry one: the builds of both servers must come to the same.</summary>
    [Fact]
    public void A_fingerprint_and_a_hash_are_the_same_in_every_build()
    {
        Assert.Equal(12127216056615520977UL, Of((ref f) => f.Add(3)));
        Assert.Equal(3824340736415462084UL, Of((ref f) => f.Add("text")));
        Assert.Equal(
            [15610338416011052929UL, 2686682177763712214UL, 13807144121474385330UL, 2668431254637303936UL],
            new[] { "", "1234567", "12345678", "123456789" }.Select(text => Hashing.Hash64(Bytes.Utf8(text).Span))
        );
    }

    [Fact]
    public void What_is_added_and_in_which_order_shows() =>
        AllDiffer(
            (ref f) => f.Add(true),
            (ref f) => f.Add(false),
            (ref f) => f.Add(""),
            (ref f) => f.Add((string?)null),
            (ref f) => f.Add("ab"),
            (ref f) => f.Add(Bytes.Utf8("ab")),
            (ref f) =>
            {
                f.Add("a");
                f.Add("b");
            },
            (ref f) =>
            {
                f.Add("b");
                f.Add("a");
            }
        );

    [Fact]
    public void Each_part_of_a_view_shows()
    {
        var view = new View(new ClusterId(1), 5, Server("a"), Server("b"));
        View[] views =
        [
            view,
            view with
            {
                Cluster = new ClusterId(2),
            },
            view with
            {
                Number = 6,
            },
            view with
            {
                Primary = Server("c"),
            },
            view with
            {
                Primary = Server("a", 2),
            },
            view with
            {
                Backup = Server("c"),
            },
            view with
            {
                Backup = null,
            },
            view with
            {
                Primary = null,
                Backup = Server("a"),
            },
            view with
            {
                Era = 3,
            },
            view with
            {
                Level = 2,
            },
        ];
        AllDiffer([.. views.Select(v => (Adding)v.AddTo)]);
        AllDiffer(view.Id.AddTo, views[1].Id.AddTo, views[2].Id.AddTo);
    }

    [Fact]
    public void Messages_and_batches_show_their_kind_and_all_that_they_say()
    {
        AllDiffer(
            new ForwardWanted(ViewId.None, 1).AddTo,
            new ForwardWanted(ViewId.None, 2).AddTo,
            new ChunkAck(ViewId.None, 1).AddTo
        );
        AllDiffer(new Batch(1, 1, []).AddTo, new Batch(1, 2, []).AddTo);
    }

    [Fact]
    public void The_digest_of_a_forward_or_a_chunk_covers_what_it_says_and_the_state()
    {
        var view = new ViewId(new ClusterId(1), 5);
        var forward = new Forward(view, 1, 2, 3, []);
        ulong[] forwards =
        [
            forward.DigestWith(9),
            forward.DigestWith(8),
            (forward with { View = view with { Cluster = new ClusterId(2) } }).DigestWith(9),
            (forward with { View = view with { Number = 6 } }).DigestWith(9),
            (forward with { Serial = 7 }).DigestWith(9),
            (forward with { FirstPosition = 7 }).DigestWith(9),
            (forward with { Marker = 7 }).DigestWith(9),
        ];
        Assert.Distinct(forwards);
        var chunk = new Chunk(view, 1, false, 2, 4, [], []) { Count = 3 };
        ulong[] chunks =
        [
            chunk.DigestWith(9),
            chunk.DigestWith(8),
            (chunk with { View = view with { Cluster = new ClusterId(2) } }).DigestWith(9),
            (chunk with { View = view with { Number = 6 } }).DigestWith(9),
            (chunk with { Index = 7 }).DigestWith(9),
            (chunk with { Position = 7 }).DigestWith(9),
            (chunk with { Count = 7 }).DigestWith(9),
        ];
        Assert.Distinct(chunks);
    }

    private static void AllDiffer(params Adding[] addings) => Assert.Distinct(addings.Select(Of));

    private static ulong Of(Adding add)
    {
        var fingerprint = new Fingerprint();
        add(ref fingerprint);
        return fingerprint.Value;
    }
}
