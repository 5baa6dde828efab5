const answer = await fetch('/api/hello');
document.querySelector('#api').textContent = JSON.stringify(await answer.json());
