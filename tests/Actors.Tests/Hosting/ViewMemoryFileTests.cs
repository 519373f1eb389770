using PbKv.Actors.Hosting;
using PbKv.Protocol;
using PbKv.Server;

namespace PbKv.Actors.Tests.Hosting;

public sealed class ViewMemoryFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Not there yet.</summary>
    private string Kept => Path.Combine(_folder.Path, "kept");

    private static readonly View Acknowledged = new(new ClusterId(7), 3, Server(7001), null);

    private static readonly ViewServiceMemory Memory = new(
        new ClusterId(7),
        new View(new ClusterId(7), 4, Server(7002), Server(7003)),
        true,
        false,
        Acknowledged,
        true
    );

    private static readonly RegisterState State = new(
        5,
        3,
        5,
        new RegisterEntry(3, 9, new ClusterId(7), [new Member("a", new NodeAddress("127.0.0.1:7000"), 5)], Memory)
    );

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_directory_in_which_nothing_was_kept_keeps_nothing()
    {
        using var file = ViewMemoryFile.Open(Kept, "default");
        Assert.Null(file.Read());
    }

    [Fact]
    public void What_was_written_last_is_read_by_the_next_life()
    {
        using (var file = ViewMemoryFile.Open(Kept, "default"))
        {
            file.Write(State with { Term = 2, Entry = null });
            file.Write(State);
        }
        using var next = ViewMemoryFile.Open(Kept, "default");
        AssertIsState(next.Read());
        Assert.Equal(["lock", ViewMemoryFile.FileName], Directory.GetFiles(Kept).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_directory_belongs_to_one_view_service()
    {
        using var file = ViewMemoryFile.Open(Kept, "default");
        var refusal = Assert.Throws<PbKvStartException>(() => ViewMemoryFile.Open(Kept, "default"));
        Assert.Contains(Kept, refusal.Message);
        Assert.Contains("is in use by another view service", refusal.Message);
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_refused()
    {
        File.WriteAllText(Kept, "a file");
        Assert.Contains(Kept, Assert.Throws<PbKvStartException>(() => ViewMemoryFile.Open(Kept, "default")).Message);
    }

    [Fact]
    public void A_file_that_is_damaged_anywhere_is_refused_and_left_alone()
    {
        using var file = ViewMemoryFile.Open(Kept, "default");
        file.Write(State);
        var path = Path.Combine(Kept, ViewMemoryFile.FileName);
        var right = File.ReadAllBytes(path);
        for (var i = 0; i < right.Length; i++)
        {
            var damaged = right.ToArray();
            damaged[i] ^= 0x40;
            File.WriteAllBytes(path, damaged);
            Assert.Contains($"{path} is damaged", Assert.Throws<PbKvStartException>(() => file.Read()).Message);
            Assert.Equal(damaged, File.ReadAllBytes(path));
        }
    }

    [Fact]
    public void A_file_that_ends_anywhere_too_early_is_refused()
    {
        using var file = ViewMemoryFile.Open(Kept, "default");
        file.Write(State);
        var path = Path.Combine(Kept, ViewMemoryFile.FileName);
        var right = File.ReadAllBytes(path);
        for (var length = 0; length < right.Length; length++)
        {
            File.WriteAllBytes(path, right.AsSpan(0, length).ToArray());
            Assert.Throws<PbKvStartException>(() => file.Read());
        }
    }

    [Fact]
    public void Whatever_an_interrupted_write_left_beside_it_is_no_memory()
    {
        using var file = ViewMemoryFile.Open(Kept, "default");
        file.Write(State);
        File.WriteAllText(Path.Combine(Kept, ViewMemoryFile.FileName + ".new"), "half of a");
        AssertIsState(file.Read());
        file.Write(State with { Vote = 6 });
        Assert.Equal(6UL, file.Read()!.Vote);
    }

    /// <summary>As the last release that knew of one view service only wrote it.</summary>
    [Fact]
    public void What_a_view_service_kept_that_was_always_alone_is_that_of_a_group_of_one()
    {
        var written = Convert.FromHexString(
            "50424b5656494557017c000000ad404b03a83d74abad404b03a83d74ab02030e3132372e302e302e313a373330"
                + "32c5d8f0cda2340e3132372e302e302e313a3733303386e3f0cda234010101ad404b03a83d74ab02030e313237"
                + "2e302e302e313a37333032c5d8f0cda2340e3132372e302e302e313a3733303386e3f0cda23401076465666175"
                + "6c74fd1359e2bdf6591f925d83bf872b69dc79be70c7a0277bae1537043116ed8943"
        );
        Directory.CreateDirectory(Kept);
        File.WriteAllBytes(Path.Combine(Kept, ViewMemoryFile.FileName), written);
        using var file = ViewMemoryFile.Open(Kept, "default");
        var state = file.Read()!;
        var memory = state.Entry!.Memory!;
        Assert.Equal("2 (127.0.0.1:7302#1795996527685, 127.0.0.1:7303#1795996529030) level 1", memory.View.ToString());
        Assert.True(memory is { Acknowledged: true, Synced: true });
        Assert.Equal(memory.Cluster, state.Entry.Group);
        Assert.Equal(state.Disk, Assert.Single(state.Entry.Members).Disk);
    }

    private static void AssertIsState(RegisterState? read)
    {
        Assert.Equal(State with { Entry = null }, read! with { Entry = null });
        Assert.Equal<Protocol.Member>(State.Entry!.Members.ToArray(), read.Entry!.Members.ToArray());
        Assert.Equal(State.Entry with { Members = [] }, read.Entry with { Members = [] });
    }

    private static ServerId Server(int port) => new(new NodeAddress($"127.0.0.1:{port}"), 1_700_000_000_000 + port);
}
