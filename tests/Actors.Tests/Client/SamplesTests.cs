using System.Net;
using PbKv.Actors.Tests.Cluster;

namespace PbKv.Actors.Tests.Client;

/// <summary>The sample programs run as the processes that they are, and are ended by the test.</summary>
public class SamplesTests
{
    [Fact]
    public async Task A_web_service_puts_and_gets_and_says_how_it_is()
    {
        await using var cluster = new TestCluster();
        await cluster.StartPairAsync();
        using var process = Start(
            "WebApi",
            "--PbKv:ViewServices",
            cluster.ViewService.Address,
            "--urls",
            "http://127.0.0.1:0"
        );
        using var http = new HttpClient
        {
            BaseAddress = new Uri(await LineAsync(process, "Now listening on: ")),
            Timeout = TestCluster.Patience,
        };
        using var value = new StringContent("v");
        Assert.Equal(
            HttpStatusCode.NoContent,
            (await http.PutAsync(new Uri("/kv/k", UriKind.Relative), value)).StatusCode
        );
        Assert.Equal("v", await http.GetStringAsync(new Uri("/kv/k", UriKind.Relative)));
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri("/kv/none", UriKind.Relative))).StatusCode);
        Assert.Equal("Healthy", await http.GetStringAsync(new Uri("/health", UriKind.Relative)));
    }

    [Fact]
    public async Task An_application_is_itself_a_server()
    {
        await using var cluster = new TestCluster();
        using var process = Start("EmbeddedNode", "--PbKv:ViewServices", cluster.ViewService.Address);
        var address = await LineAsync(process, "hello from ");
        Assert.StartsWith("127.0.0.1:", address);
        await using var client = cluster.Connect();
        Assert.Equal($"hello from {address}", await client.GetAsync("greeting"));
    }

    /// <summary>From where it was built: it needs other frameworks than the tests.</summary>
    private static Child Start(string sample, params string[] arguments)
    {
        var built = new DirectoryInfo(AppContext.BaseDirectory);
        var root = built.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        var folder = Path.Combine(root, "samples", sample, "bin", built.Parent.Name, built.Name);
        return new Child(["dotnet", $"{sample}.dll", .. arguments], folder: folder);
    }

    /// <returns>The rest of the line of its output in which this stands.</returns>
    private static async Task<string> LineAsync(Child process, string said)
    {
        await process.WaitForOutputAsync(output => Rest(output) is not null);
        return Rest(process.Output)!;

        string? Rest(string output) =>
            output.Split(said) is [_, var rest, ..] && rest.Contains('\n') ? rest.Split('\n')[0].TrimEnd() : null;
    }
}
