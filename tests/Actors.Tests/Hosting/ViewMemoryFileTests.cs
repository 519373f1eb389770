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

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_directory_in_which_nothing_was_kept_has_no_memory()
    {
        using var file = ViewMemoryFile.Open(Kept, "default");
        Assert.Null(file.Read());
    }

    [Fact]
    public void What_was_written_last_is_read_by_the_next_life()
    {
        using (var file = ViewMemoryFile.Open(Kept, "default"))
        {
            file.Write(Memory with { LastAcknowledged = null, Acknowledged = false });
            file.Write(Memory);
        }
        using var next = ViewMemoryFile.Open(Kept, "default");
        Assert.Equal(Memory, next.Read());
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
        file.Write(Memory);
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
        file.Write(Memory);
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
        file.Write(Memory);
        File.WriteAllText(Path.Combine(Kept, ViewMemoryFile.FileName + ".new"), "half of a");
        Assert.Equal(Memory, file.Read());
        file.Write(Memory with { Synced = true });
        Assert.True(file.Read()!.Synced);
    }

    private static ServerId Server(int port) => new(new NodeAddress($"127.0.0.1:{port}"), 1_700_000_000_000 + port);
}
