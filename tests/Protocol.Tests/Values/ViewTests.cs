namespace PbKv.Protocol.Tests.Values;

public class ViewTests
{
    private static readonly View Third = new(new ClusterId(1), 3, Server("a"), Server("b"));

    private static ServerId Server(string name) => new(new NodeAddress(name), 1);

    [Fact]
    public void Only_a_view_that_a_view_service_makes_is_well_formed()
    {
        View[] wellFormed =
        [
            Third,
            Third with
            {
                Number = 1,
            },
            Third with
            {
                Number = View.MostNumber,
            },
            Third with
            {
                Era = 3,
            },
            Third with
            {
                Backup = null,
            },
        ];
        Assert.All(wellFormed, view => Assert.True(view.IsWellFormed, $"{view}"));
        View[] others =
        [
            Third with
            {
                Number = 0,
            },
            Third with
            {
                Number = -1,
            },
            Third with
            {
                Number = View.MostNumber + 1,
            },
            Third with
            {
                Era = -1,
            },
            Third with
            {
                Era = 4,
            },
            Third with
            {
                Primary = null,
            },
            Third with
            {
                Backup = Third.Primary,
            },
        ];
        Assert.All(others, view => Assert.False(view.IsWellFormed, $"{view}"));
    }

    [Fact]
    public void A_view_names_its_pair_and_is_a_reset_where_its_era_begins()
    {
        Assert.Equal([true, true, false], new[] { "a", "b", "c" }.Select(name => Third.Names(Server(name))));
        Assert.False((Third with { Backup = null }).Names(Server("b")));
        Assert.Equal([false, false, true], new[] { 0, 2, 3 }.Select(era => (Third with { Era = era }).Reset));
        Assert.False(View.None.Reset);
    }

    [Fact]
    public void A_view_reads_as_people_say_it()
    {
        var third = Third with { Level = Features.OfThisBuild.Level };
        Assert.Equal("3 (a#1, b#1)", $"{third}");
        Assert.Equal("3 (a#1, -) reset", $"{third with { Backup = null, Era = 3 }}");
        Assert.Equal("3 (-, b#1) era 2 level 1", $"{third with { Primary = null, Era = 2, Level = 1 }}");
        Assert.Equal("0 (-, -)", $"{View.None}");
    }

    [Fact]
    public void The_parts_of_a_view_that_are_known_are_read_and_others_are_of_a_later_release()
    {
        Assert.Equal(Third with { Era = 2, Level = 4 }, Read(31));
        Assert.Equal(Third with { Era = 3, Backup = null }, Read(5));
        Assert.Throws<UnknownValueException>(() => Read(32));
    }

    [Fact]
    public void The_operations_of_this_build_are_of_its_level_and_others_above()
    {
        Assert.Equal(1, Features.LevelOf(OperationKind.Unsupported));
        Assert.Equal(2, Features.LevelOf(OperationKind.Unsupported + 1));
    }

    private static View Read(byte parts)
    {
        var writer = new WireWriter();
        Third.Id.Write(writer);
        writer.Byte(parts);
        Server("a").Write(writer);
        if ((parts & 2) != 0)
            Server("b").Write(writer);
        writer.Varint(4);
        writer.Varint(2);
        var reader = new WireReader(writer.TakeAll(), new Texts());
        return View.Read(ref reader);
    }
}
