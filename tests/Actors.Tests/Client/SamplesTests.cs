using System.Diagnostics;
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
        try
        {
            const string Says = "Now listening on: ";
            var line = await LineAsync(process, line => line.Contains(Says));
            using var http = new HttpClient
            {
                BaseAddress = new Uri(line[(line.IndexOf(Says, StringComparison.Ordinal) + Says.Length)..]),
                Timeout = TestCluster.Patience,
            };
            using var value = new StringContent("v");
            Assert.Equal(
                HttpStatusCode.NoContent,
                (await http.PutAsync(new Uri("/kv/k", UriKind.Relative), value)).StatusCode
            );
            Assert.Equal("v", await http.GetStringAsync(new Uri("/kv/k", UriKind.Relative)));
            Assert.Equal(
                HttpStatusCode.NotFound,
                (await http.GetAsync(new Uri("/kv/none", UriKind.Relative))).StatusCode
            );
            Assert.Equal("Healthy", await http.GetStringAsync(new Uri("/health", UriKind.Relative)));
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public async Task An_application_is_itself_a_server()
    {
        await using var cluster = new TestCluster();
        using var process = Start("EmbeddedNode", "--PbKv:ViewServices", cluster.ViewService.Address);
        try
        {
            var line = await LineAsync(
                process,
                line => line.StartsWith("hello from 127.0.0.1:", StringComparison.Ordinal)
            );
            await using var client = cluster.Connect();
            Assert.Equal(line, await client.GetAsync("greeting"));
        }
        finally
        {
            process.Kill();
        }
    }

    /// <summary>From where it was built: it needs other frameworks than the tests.</summary>
    private static Process Start(string sample, params string[] arguments)
    {
        var built = new DirectoryInfo(AppContext.BaseDirectory);
        var root = built.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        var folder = Path.Combine(root, "samples", sample, "bin", built.Parent.Name, built.Name);
        return Process.Start(
            new ProcessStartInfo("dotnet", [$"{sample}.dll", .. arguments])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
    }

    private static async Task<string> LineAsync(Process process, Predicate<string> wanted)
    {
        using var limit = new CancellationTokenSource(TestCluster.Patience);
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (wanted(line))
                return line;
        }
        throw new InvalidOperationException($"it ended with code {process.ExitCode}");
    }
}
